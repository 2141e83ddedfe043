package probe

// chains is a hash table that links its elements through themselves, so that it
// allocates only when it grows.
type chains[E any, P chained[E]] struct {
	heads []*E // a power of two
	n     int
}

// chained is an element: it returns its hash, and where its link is.
type chained[E any] interface {
	*E
	chain() (hash uint32, next **E)
}

// minHeads is the initial number of chains.
const minHeads = 1024

// first returns the first element of the chain for a hash; nil if it is empty.
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

// remove removes e, which must be in the table.
func (c *chains[E, P]) remove(e *E) {
	hash, next := P(e).chain()
	at := c.head(hash)
	for *at != e {
		_, at = P(*at).chain()
	}
	*at, *next = *next, nil
	c.n--
}

// head returns where the chain for a hash begins.
func (c *chains[E, P]) head(hash uint32) **E { return &c.heads[int(hash)&(len(c.heads)-1)] }

func (c *chains[E, P]) grow() {
	old := c.heads
	c.heads = make([]*E, max(minHeads, 2*len(old)))
	for _, e := range old {
		for e != nil {
			_, next := P(e).chain()
			rest := *next
			c.put(e)
			e = rest
		}
	}
}
