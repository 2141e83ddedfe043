package html

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"portkit/pkg/internal/lab"
)

// browser is a headless Chromium, controlled over a pipe by the DevTools protocol
// (https://chromedevtools.github.io/devtools-protocol/): JSON objects, each
// terminated by a zero byte. It runs in the lab's namespace, without a network.
type browser struct {
	t        *testing.T
	to       io.Writer
	from     *bufio.Reader
	session  string
	id       int
	requests []string // URLs
	messages []string // of the console, and errors
}

func startBrowser(t *testing.T) *browser {
	t.Helper()
	lab.Need(t)
	lab.Programs(t, "chromium")
	theirs, to, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	from, answers, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	// The sandbox requires privileges that containers often lack; the pages are ours.
	cmd := exec.Command("chromium", "--headless", "--no-sandbox", "--remote-debugging-pipe", "--no-first-run", "--disable-gpu",
		"--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update", "--user-data-dir="+t.TempDir())
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir())
	cmd.ExtraFiles = []*os.File{theirs, answers} // descriptors 3 and 4
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	theirs.Close()
	answers.Close()
	late := time.AfterFunc(2*time.Minute, func() { cmd.Process.Kill() })
	b := &browser{t: t, to: to, from: bufio.NewReaderSize(from, 1<<20)}
	t.Cleanup(func() {
		b.session = ""
		b.id++
		b.send("Browser.close", nil)
		cmd.Wait()
		late.Stop()
		to.Close()
		from.Close()
	})
	var target struct{ TargetID, SessionID string }
	b.call("Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	b.call("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &target)
	b.session = target.SessionID
	for _, domain := range []string{"Page", "Network", "Runtime", "Log"} {
		b.call(domain+".enable", nil, nil)
	}
	return b
}

func (b *browser) send(method string, params any) {
	msg := map[string]any{"id": b.id, "method": method}
	if params != nil {
		msg["params"] = params
	}
	if b.session != "" {
		msg["sessionId"] = b.session
	}
	text, err := json.Marshal(msg)
	if err != nil {
		b.t.Fatal(err)
	}
	b.to.Write(append(text, 0))
}

type message struct {
	ID     int
	Method string
	Params json.RawMessage
	Result json.RawMessage
	Error  *struct{ Message string }
}

// next reads a message, and records requests and errors.
func (b *browser) next() message {
	b.t.Helper()
	text, err := b.from.ReadBytes(0)
	if err != nil {
		b.t.Fatalf("chromium ended: %v", err)
	}
	var m message
	if err := json.Unmarshal(text[:len(text)-1], &m); err != nil {
		b.t.Fatal(err)
	}
	switch m.Method {
	case "Network.requestWillBeSent":
		var p struct{ Request struct{ URL string } }
		json.Unmarshal(m.Params, &p)
		b.requests = append(b.requests, p.Request.URL)
	case "Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Page.javascriptDialogOpening":
		b.messages = append(b.messages, m.Method+" "+string(m.Params))
	}
	return m
}

func (b *browser) call(method string, params, result any) {
	b.t.Helper()
	b.id++
	b.send(method, params)
	for {
		m := b.next()
		if m.ID != b.id {
			continue
		}
		if m.Error != nil {
			b.t.Fatalf("%s: %s", method, m.Error.Message)
		}
		if result != nil {
			if err := json.Unmarshal(m.Result, result); err != nil {
				b.t.Fatal(err)
			}
		}
		return
	}
}

// open opens a page from a file. It returns the time until the page was painted and
// its script had run.
func (b *browser) open(page []byte) time.Duration {
	b.t.Helper()
	file := filepath.Join(b.t.TempDir(), "report.html")
	if err := os.WriteFile(file, page, 0o600); err != nil {
		b.t.Fatal(err)
	}
	begun := time.Now()
	b.call("Page.navigate", map[string]any{"url": "file://" + file}, nil)
	for b.next().Method != "Page.loadEventFired" {
	}
	b.eval(`new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(0))))`)
	return time.Since(begun)
}

// eval returns the value of an expression.
func (b *browser) eval(expression string) any {
	b.t.Helper()
	var r struct {
		Result           struct{ Value any }
		ExceptionDetails json.RawMessage
	}
	b.call("Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true, "awaitPromise": true}, &r)
	if r.ExceptionDetails != nil {
		b.t.Fatalf("%s: %s", expression, r.ExceptionDetails)
	}
	return r.Result.Value
}

// text returns the value of an expression as text.
func (b *browser) text(expression string) string { return fmt.Sprint(b.eval(expression)) }

// view sets the width of the window in pixels, its medium and color scheme.
func (b *browser) view(width int, media, scheme string) {
	b.t.Helper()
	b.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}, nil)
	b.call("Emulation.setEmulatedMedia", map[string]any{
		"media": media, "features": []map[string]string{{"name": "prefers-color-scheme", "value": scheme}},
	}, nil)
}

// picture writes a screenshot to a file, for a person to check.
func (b *browser) picture(name string) {
	b.t.Helper()
	if *pictures == "" {
		return // rendering by software takes a second
	}
	var r struct{ Data string }
	b.call("Page.captureScreenshot", map[string]any{"captureBeyondViewport": false}, &r)
	b.write(name+".png", r.Data)
}

// print writes the page as it is printed.
func (b *browser) print(name string) {
	b.t.Helper()
	var r struct{ Data string }
	b.call("Page.printToPDF", map[string]any{"paperWidth": 8.27, "paperHeight": 11.69, "preferCSSPageSize": true}, &r)
	b.write(name+".pdf", r.Data)
}

func (b *browser) write(name, data string) {
	b.t.Helper()
	content, err := base64.StdEncoding.DecodeString(data)
	if err != nil || len(content) < 1000 {
		b.t.Fatalf("%s: %d bytes, %v", name, len(content), err)
	}
	if *pictures != "" {
		if err := os.WriteFile(filepath.Join(*pictures, name), content, 0o644); err != nil {
			b.t.Fatal(err)
		}
	}
}

// quiet checks that the page requested only its own file and had no errors.
func (b *browser) quiet() {
	b.t.Helper()
	for _, url := range b.requests {
		if !strings.HasPrefix(url, "file://") || !strings.HasSuffix(url, "/report.html") {
			b.t.Errorf("the page requested %s", url)
		}
	}
	if len(b.requests) == 0 {
		b.t.Error("no request was recorded")
	}
	for _, s := range b.messages {
		b.t.Errorf("the page reported: %s", s)
	}
}
