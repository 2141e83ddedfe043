package simnet

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Usage is a specification with every key, for help texts.
const Usage = "rtt=20ms,jitter=5ms,loss=0.05,open=0.01,silent=0.3,dead=0.96,lost=0.02,limit=200,seed=1,clock=virtual"

// Parse reads a comma-separated list of KEY=VALUE:
//
//	rtt     round-trip time (20ms)
//	jitter  maximum time added to a round trip, uniformly distributed (0)
//	loss    probability that a packet is lost, in each direction (0)
//	open    fraction of ports that are open (0.01)
//	silent  fraction of ports that never reply (0)
//	dead    fraction of addresses from which nothing is ever received (0)
//	lost    fraction of addresses that stop replying for good after 100 probes (0)
//	limit   maximum rejections per second from an address; 0: no limit (0)
//	seed    number that selects the network (1)
//	clock   virtual: as fast as possible; real: in real time (virtual)
//
// Defaults are in parentheses.
func Parse(spec string) (Config, error) {
	c := Config{RTT: 20 * time.Millisecond, Open: 0.01, Seed: 1}
	for item := range strings.SplitSeq(spec, ",") {
		if item = strings.TrimSpace(item); item == "" {
			continue
		}
		key, value, ok := strings.Cut(item, "=")
		if !ok {
			return c, fmt.Errorf("%q is not KEY=VALUE, as in %s", item, Usage)
		}
		if err := c.set(key, value); err != nil {
			return c, err
		}
	}
	if c.Open+c.Silent > 1 {
		return c, fmt.Errorf("open=%v and silent=%v add up to more than 1", c.Open, c.Silent)
	}
	return c, nil
}

func (c *Config) set(key, value string) (err error) {
	switch key {
	case "rtt":
		c.RTT, err = duration(key, value)
	case "jitter":
		c.Jitter, err = duration(key, value)
	case "loss":
		c.Loss, err = share(key, value)
	case "open":
		c.Open, err = share(key, value)
	case "silent":
		c.Silent, err = share(key, value)
	case "dead":
		c.Dead, err = share(key, value)
	case "lost":
		c.Lost, err = share(key, value)
	case "limit":
		c.Limit, err = strconv.Atoi(value)
		if err != nil || c.Limit < 0 {
			err = fmt.Errorf("limit=%s is not a number of replies per second", value)
		}
	case "seed":
		c.Seed, err = strconv.ParseUint(value, 10, 64)
		if err != nil {
			err = fmt.Errorf("seed=%s is not a number from 0 to 18446744073709551615", value)
		}
	case "clock":
		c.Real = value == "real"
		if !c.Real && value != "virtual" {
			err = fmt.Errorf("clock=%s is not virtual or real", value)
		}
	default:
		err = fmt.Errorf("unknown key %s; want %s", key, Usage)
	}
	return err
}

// duration parses a duration; a bare number is seconds, as everywhere in portkit.
func duration(key, value string) (time.Duration, error) {
	d, err := time.ParseDuration(value)
	if err != nil {
		d, err = time.ParseDuration(value + "s")
	}
	if err != nil || d < 0 || d > time.Hour {
		return 0, fmt.Errorf("%s=%s is not a duration from 0 to 1h, such as 20ms", key, value)
	}
	return d, nil
}

// share parses a number from 0 to 1.
func share(key, value string) (float64, error) {
	f, err := strconv.ParseFloat(value, 64)
	if err != nil || !(f >= 0 && f <= 1) {
		return 0, fmt.Errorf("%s=%s is not a fraction from 0 to 1", key, value)
	}
	return f, nil
}
