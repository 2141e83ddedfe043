package portgen

import (
	"fmt"
	"strings"
	"sync"

	"portkit/pkg/cli"
	"portkit/pkg/endpoint"
	"portkit/pkg/ndjson"
	"portkit/pkg/portspec"
	"portkit/pkg/service"
	"portkit/pkg/target"
)

// maxPlans is the maximum number of cached port specs.
const maxPlans = 4096

// plans determines the ports of a target: its own, or those of -p and --top.
type plans struct {
	def     []endpoint.Proto // default protocols
	names   portspec.Services
	exclude portspec.Set
	common  *portspec.Set // of -p, --top and --ports-file; nil: none was given
	own     map[string]*portspec.Set
	key     []byte
}

// errNoPorts returns the error for a target without ports. An IPv6 target needs
// brackets before ports, and may already end in a port.
func errNoPorts(word string) error {
	form := "TARGET:PORTS"
	if strings.Contains(word, ":") {
		form = "[" + word + "]:PORTS"
	}
	if meant, port, ok := target.MeantPort(word); ok {
		return fmt.Errorf("no ports given; use -p, --top or %s, or %s if %d is the port", form, meant, port)
	}
	return fmt.Errorf("no ports given; use -p, --top or %s", form)
}

func newPlans(c *Command, ctx *cli.Context) (*plans, error) {
	p := &plans{own: map[string]*portspec.Set{}, names: lazyNames(sync.OnceValue(service.Load))}
	if c.TCP || !c.UDP {
		p.def = append(p.def, endpoint.TCP)
	}
	if c.UDP {
		p.def = append(p.def, endpoint.UDP)
	}
	both := []endpoint.Proto{endpoint.TCP, endpoint.UDP}
	for _, spec := range c.ExcludePorts {
		set, err := portspec.Parse(spec, both, p.names)
		if err != nil {
			return nil, cli.Usagef("--exclude-ports: %w", err)
		}
		p.exclude = p.exclude.Union(set)
	}
	common, err := p.commonPorts(c, ctx)
	if err != nil {
		return nil, err
	}
	if len(c.Ports) > 0 || c.Top > 0 || c.PortsFile != "" {
		common = common.Minus(p.exclude)
		p.common = &common
	}
	return p, nil
}

// commonPorts returns the union of -p, --top and --ports-file. The likely ports are given
// first: after -p- they would not change the order.
func (p *plans) commonPorts(c *Command, ctx *cli.Context) (all portspec.Set, err error) {
	for _, spec := range c.Ports {
		set, err := portspec.Parse(spec, p.def, p.names)
		if err != nil {
			return all, cli.Usagef("--ports: %w", err)
		}
		all = all.Union(set)
	}
	switch {
	case c.PortsFile != "":
		list, err := p.readList(c.PortsFile, ctx)
		if err != nil {
			return all, err
		}
		if c.Top == 0 {
			return list.Set().Union(all), nil
		}
		// The file selects the protocols.
		return list.Top(int(c.Top), []endpoint.Proto{endpoint.TCP, endpoint.UDP}).Union(all), nil
	case c.Top > 0:
		return portspec.CommonList().Top(int(c.Top), p.def).Union(all), nil
	}
	return all, nil
}

func (p *plans) readList(name string, ctx *cli.Context) (portspec.List, error) {
	f, err := ctx.Open(name)
	if err != nil {
		return portspec.List{}, cli.Usagef("--ports-file: %w", err)
	}
	defer f.Close()
	list, err := portspec.ReadPortsFile(f, p.def, p.names)
	if err != nil {
		err = cli.Usagef("--ports-file: %s: %w", name, err)
	}
	return list, err
}

// of returns the ports of the target word. spec are its own, or "".
func (p *plans) of(word, spec string) (*portspec.Set, error) {
	switch {
	case spec != "":
		return p.cached(spec, func() (portspec.Set, error) { return portspec.Parse(spec, p.def, p.names) })
	case p.common == nil:
		return nil, errNoPorts(word)
	}
	return p.common, nil
}

// ofValues returns the ports of the values of the fields ports and port.
func (p *plans) ofValues(values [][]byte, def []endpoint.Proto) (*portspec.Set, error) {
	if len(def) == 0 {
		def = p.def
	}
	key := p.key[:0]
	for _, proto := range def {
		key = append(key, byte(proto))
	}
	for _, v := range values {
		key = append(append(key, 0), v...)
	}
	p.key = key
	if set, ok := p.own[string(key)]; ok {
		return set, nil
	}
	return p.cached(string(key), func() (portspec.Set, error) { return p.values(values, def) })
}

func (p *plans) cached(key string, parse func() (portspec.Set, error)) (*portspec.Set, error) {
	if set, ok := p.own[key]; ok {
		return set, nil
	}
	set, err := parse()
	if err != nil {
		return nil, err
	}
	set = set.Minus(p.exclude)
	if len(p.own) >= maxPlans {
		clear(p.own)
	}
	p.own[key] = &set
	return &set, nil
}

// values parses strings, integers and arrays of both.
func (p *plans) values(values [][]byte, def []endpoint.Proto) (all portspec.Set, err error) {
	for _, value := range values {
		elements, ok := ndjson.Decode(value).([]any)
		if !ok {
			elements = []any{ndjson.Decode(value)}
		}
		for _, v := range elements {
			if _, nested := v.([]any); noPorts(v) && !nested {
				continue
			}
			set, err := p.value(v, def)
			if err != nil {
				return all, err
			}
			all = all.Union(set)
		}
	}
	return all, nil
}

func (p *plans) value(v any, def []endpoint.Proto) (portspec.Set, error) {
	if text, ok := v.(string); ok {
		return portspec.Parse(text, def, p.names)
	}
	text := ndjson.Append(nil, v)
	n, err := ndjson.Int(text)
	if err != nil {
		return portspec.Set{}, fmt.Errorf("ports %w; want a string, an integer 1-65535, or an array of both", err)
	}
	if n < 1 || n > 65535 {
		return portspec.Set{}, fmt.Errorf("port %s is outside 1-65535", ndjson.Show(text))
	}
	return portspec.Parse(fmt.Sprint(n), def, nil)
}

// lazyNames loads the table of services for the first name.
type lazyNames func() *service.Table

// Ports implements portspec.Services.
func (load lazyNames) Ports(pattern string, yield func(port uint16, p endpoint.Proto)) bool {
	return load().Ports(pattern, yield)
}
