package probe

// chains is a hash table whose chains run through what it holds, so that it
// allocates only when it grows.
type chains[E any, P chained[E]] struct {
	heads []*E // as many as a power of two
	n     int
}

// chained is what a table of chains holds.
type chained[E any] interface {
	*E
	chain() (hash uint32, next **E)
}

// leastHeads is how many chains a table begins with.
const leastHeads = 1024

// first returns the first of those whose hash may be the one given; nil if there
// are none.
func (c *chains[E, P]) first(hash uint32) *E {
	if c.n == 0 {
		return nil
	}
	return *c.head(hash)
}

func (c *chains[E, P]) add(e *E) {
	if c.n == 2*len(c.heads) {
		c.grow()
	}
	c.put(e)
	c.n++
}

func (c *chains[E, P]) put(e *E) {
	hash, next := P(e).chain()
	head := c.head(hash)
	*next, *head = *head, e
}

// remove takes out e, which is there.
func (c *chains[E, P]) remove(e *E) {
	hash, next := P(e).chain()
	at := c.head(hash)
	for *at != e {
		_, at = P(*at).chain()
	}
	*at, *next = *next, nil
	c.n--
}

// head is where a chain begins.
func (c *chains[E, P]) head(hash uint32) **E { return &c.heads[int(hash)&(len(c.heads)-1)] }

func (c *chains[E, P]) grow() {
	old := c.heads
	c.heads = make([]*E, max(leastHeads, 2*len(old)))
	for _, e := range old {
		for e != nil {
			_, next := P(e).chain()
			rest := *next
			c.put(e)
			e = rest
		}
	}
}
