package portgen

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"portkit/pkg/cli"
	"portkit/pkg/resolve"
)

// TestSlowListIsWrittenLineByLine: with and without name resolution.
func TestSlowListIsWrittenLineByLine(t *testing.T) {
	for _, args := range []string{"-p 80 --plain", "-p 80 --plain --resolve first", "-p 80 --plain -x 10.0.0.1"} {
		in, feed := io.Pipe()
		read, out := io.Pipe()
		tool := Tool()
		tool.Command.(*Command).resolver = once(known)
		done := make(chan int, 1)
		go func() {
			done <- cli.Run(tool, cli.IO{Args: strings.Fields(args), In: in, Out: out, Err: new(bytes.Buffer)})
		}()
		lines := bufio.NewReader(read)
		for _, c := range []struct{ host, want string }{{"192.0.2.1", "192.0.2.1:80\n"}, {"192.0.2.4 9", "192.0.2.4:9\n"}, {"10.0.0.2\n10.0.0.3 # x", "10.0.0.2:80\n"}} {
			if _, err := io.WriteString(feed, c.host+"\n"); err != nil {
				t.Fatal(err)
			}
			start := time.Now()
			if got, err := lines.ReadString('\n'); got != c.want || err != nil {
				t.Fatalf("%s: %s made %q, %v", args, c.host, got, err)
			}
			if late := time.Since(start); late > 100*time.Millisecond {
				t.Errorf("%s: %s took %v", args, c.host, late)
			}
		}
		go io.Copy(io.Discard, lines)
		feed.Close()
		if status := <-done; status != 0 {
			t.Errorf("%s: status %d", args, status)
		}
	}
}

func TestLimitEndsWithoutReadingTheRest(t *testing.T) {
	for _, args := range []string{"-p 80 --limit 2", "-p 80 --limit 2 --resolve first"} {
		in, feed := io.Pipe()
		go io.WriteString(feed, "192.0.2.0/24\n192.0.2.1\n")
		tool := Tool()
		tool.Command.(*Command).resolver = once(known)
		var out bytes.Buffer
		status := cli.Run(tool, cli.IO{Args: strings.Fields(args), In: in, Out: &out, Err: new(bytes.Buffer)})
		if status != 0 || strings.Count(out.String(), "\n") != 2 {
			t.Errorf("%s: status %d, %s", args, status, &out)
		}
		feed.Close()
	}
}

func TestConcurrentLookupsKeepTheOrder(t *testing.T) {
	var list, want strings.Builder
	for i := range 300 {
		switch i % 3 {
		case 0:
			list.WriteString("both.test\n")
			want.WriteString("192.0.2.10:80\n")
		case 1:
			list.WriteString("10.0.0.1\n")
			want.WriteString("10.0.0.1:80\n")
		default:
			list.WriteString("FOUR.test\n")
			want.WriteString("192.0.2.4:80\n")
		}
	}
	tool := Tool()
	tool.Command.(*Command).resolver = once(slow{known})
	var out bytes.Buffer
	start := time.Now()
	status := cli.Run(tool, cli.IO{Args: strings.Fields("-p 80 --plain --resolve first"), In: strings.NewReader(list.String()), Out: &out, Err: new(bytes.Buffer)})
	if out.String() != want.String() || status != 0 {
		t.Errorf("status %d, %s", status, &out)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("two names took %v, each of them 100 ms", took)
	}
}

// TestExclusionEndsAtTheFirstError: of many names without an address, few are looked
// up.
func TestExclusionEndsAtTheFirstError(t *testing.T) {
	names := file(t, "names", "four.test\n"+strings.Repeat("4.4.4.4\n", 100)+unknown(10_000))
	counted := &counting{Source: known}
	tool := Tool()
	tool.Command.(*Command).resolver = once(counted)
	var talk bytes.Buffer
	status := cli.Run(tool, cli.IO{Args: []string{"-p", "80", "-X", names, "a"}, In: strings.NewReader(""), Out: new(bytes.Buffer), Err: &talk})
	if status != 2 || !strings.Contains(talk.String(), "line 102: nx0.test has no address") {
		t.Errorf("status %d, %s", status, &talk)
	}
	if n := counted.n.Load(); n > 2*maxAhead {
		t.Errorf("%d names were looked up", n)
	}
}

// unknown returns n names without an address.
func unknown(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "nx%d.test\n", i)
	}
	return b.String()
}

// counting is a resolver that counts names. Of a name without any address, each family
// is also looked up by itself.
type counting struct {
	resolve.Source
	n atomic.Int64
}

func (c *counting) LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error) {
	if network == "ip" {
		c.n.Add(1)
	}
	return c.Source.LookupNetIP(ctx, network, host)
}

// slow is a resolver with a delay.
type slow struct{ resolve.Source }

func (s slow) LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error) {
	time.Sleep(100 * time.Millisecond)
	return s.Source.LookupNetIP(ctx, network, host)
}
