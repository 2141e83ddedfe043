package summary

// table holds the answers of up to 65,535 ports in 256 pages of 256. A page
// whose ports all say the same is that one code and, until it is full, a
// bitmap of the ports seen; any other page has a code for each port. The
// table is 4.3 KB, at most 13 KB while each page knows one answer only, and
// at most 70 KB when none does.
type table struct {
	sole  [256]code       // the one code of a page that is not mixed; 0: none
	seen  [256]*[4]uint64 // which ports have it; nil: all
	mixed [256]*[256]code
}

func (t *table) get(port uint16) code {
	page, at := port>>8, port&255
	switch {
	case t.mixed[page] != nil:
		return t.mixed[page][at]
	case t.sole[page] != 0 && t.has(page, at):
		return t.sole[page]
	}
	return 0
}

// has says whether port at of a page that is not mixed was seen.
func (t *table) has(page, at uint16) bool {
	s := t.seen[page]
	return s == nil || s[at>>6]>>(at&63)&1 != 0
}

func (t *table) add(port uint16, c code) {
	page, at := port>>8, port&255
	if t.mixed[page] == nil {
		switch sole := t.sole[page]; {
		case sole == 0:
			t.open(page, c)
			fallthrough
		case sole == c:
			t.mark(page, at)
			return
		case c > sole && t.has(page, at):
			return
		}
		t.mix(page)
	}
	if m := t.mixed[page]; c.better(m[at]) {
		m[at] = c
	}
}

// open begins a page with one code and no port. Port 0 is never asked; as
// seen, it does not keep the first page from being full.
func (t *table) open(page uint16, c code) {
	t.sole[page], t.seen[page] = c, new([4]uint64)
	if page == 0 {
		t.seen[0][0] = 1
	}
}

func (t *table) mark(page, at uint16) {
	s := t.seen[page]
	if s == nil {
		return
	}
	s[at>>6] |= 1 << (at & 63)
	if s[0]&s[1]&s[2]&s[3] == ^uint64(0) {
		t.seen[page] = nil
	}
}

// mix gives each port of a page its own code.
func (t *table) mix(page uint16) {
	m := new([256]code)
	for at := range uint16(256) {
		if t.has(page, at) {
			m[at] = t.sole[page]
		}
	}
	t.mixed[page], t.seen[page], t.sole[page] = m, nil, 0
}

// fill adds a whole run.
func (t *table) fill(r run) {
	for port := int(r.first); port <= int(r.last); {
		page := uint16(port >> 8)
		whole := port <= max(int(page)<<8, 1) && int(r.last) >= int(page)<<8|255
		if whole && t.mixed[page] == nil && (t.seen[page] == nil || r.code <= t.sole[page]) {
			if r.code.better(t.sole[page]) {
				t.sole[page] = r.code
			}
			t.seen[page] = nil
			port = (int(page) + 1) << 8
			continue
		}
		t.add(uint16(port), r.code)
		port++
	}
}

func (t *table) appendRuns(dst []run) []run {
	for page := range uint16(256) {
		if t.mixed[page] == nil && t.sole[page] == 0 {
			continue
		}
		if t.mixed[page] == nil && t.seen[page] == nil {
			dst = push(dst, run{max(page<<8, 1), page<<8 | 255, t.sole[page]})
			continue
		}
		for at := range uint16(256) {
			port := page<<8 | at
			if c := t.get(port); c != 0 && port != 0 {
				dst = push(dst, run{port, port, c})
			}
		}
	}
	return dst
}
