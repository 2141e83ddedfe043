package nmap

const (
	maxMemo    = 256     // texts that are remembered
	maxMemoKey = 8 << 10 // bytes of one
)

// memo remembers what a function returns for a text. Hosts of a network have the same services,
// and ports of a host the same certificate.
type memo[V any] struct{ known map[string]V }

// get returns of(text).
func (m *memo[V]) get(text string, of func(string) V) V {
	if len(text) > maxMemoKey {
		return of(text)
	}
	v, ok := m.known[text]
	if !ok {
		if v = of(text); m.known == nil || len(m.known) == maxMemo {
			m.known = map[string]V{}
		}
		m.known[text] = v
	}
	return v
}
