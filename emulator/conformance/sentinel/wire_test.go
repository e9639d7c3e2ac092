package sentinel_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/emulator/conformance/sentinel"
)

// wire sends bytes as they are to an emulator in which everything exists that calls are about.
type wire struct {
	t     *testing.T
	addr  string
	token string
	names *strings.Replacer // of paths, for example {micro}
}

// newWire fills a world and logs in. It is Wednesday, 09:00 in New York.
func newWire(t *testing.T) *wire {
	t.Helper()
	emu := start(t, "manual")
	f := newFirm(t, emu.SentinelURL(), client(emu.SentinelURL(), &recorder{}))
	f.feed = newReader(f.client)
	f.relate("approved", sentinel.Plaid, "")
	f.relate("micro", sentinel.MicroDeposit, "")
	f.relate("locked", sentinel.MicroDeposit, "")
	f.orders(order{"d-complete", "approved"})
	moveTo(t, f.base, january(7, 9, 0))
	f.mistakes("locked", 3) // so that a reissue is possible
	f.asks(order{"d-pending", "approved"})

	w := &wire{t: t, addr: emu.Addr(), names: strings.NewReplacer(
		"{approved}", f.relationships["approved"], "{micro}", f.relationships["micro"],
		"{locked}", f.relationships["locked"], "{pending}", f.transfers["d-pending"],
		"{complete}", f.transfers["d-complete"], "{account}", account,
		"{topic}", sentinel.TopicTransfers, "{correspondent}", credentials.Correspondent(),
	)}
	jws, err := credentials.Login(january(7, 9, 0))
	require.NoError(t, err)
	w.token = w.send(letter{method: "POST", path: "/legit/api/v1/cc/token", body: `{"jws":"` + jws + `"}`}).body
	return w
}

// letter is a request.
type letter struct {
	method, path string
	header       []string // lines; without Authorization the token is sent
	body         string
	bare         bool // no Content-Length
}

// mail is an answer.
type mail struct {
	status int
	header http.Header
	body   string
}

// fields are the members of a body that is a JSON object; numbers are json.Number.
func (m mail) fields(t *testing.T) (out map[string]any) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(m.body))
	d.UseNumber()
	require.NoError(t, d.Decode(&out), m.body)
	return out
}

// send sends a letter over a connection of its own.
func (w *wire) send(l letter) mail {
	w.t.Helper()
	got, err := w.try(l)
	require.NoError(w.t, err)
	return got
}

func (w *wire) try(l letter) (mail, error) {
	lines := []string{l.method + " " + w.names.Replace(l.path) + " HTTP/1.1", "Host: " + w.addr, "Connection: close"}
	lines = append(lines, l.header...)
	if w.token != "" && !strings.Contains(strings.Join(lines, "\n"), "\nAuthorization:") {
		lines = append(lines, "Authorization: "+w.token)
	}
	if !l.bare {
		lines = append(lines, fmt.Sprint("Content-Length: ", len(l.body)))
	}
	conn, err := net.Dial("tcp", w.addr)
	if err != nil {
		return mail{}, err
	}
	defer conn.Close() //nolint:errcheck // it was read to its end
	if _, err := io.WriteString(conn, strings.Join(lines, "\r\n")+"\r\n\r\n"+l.body); err != nil {
		return mail{}, err
	}
	reader, request := bufio.NewReader(conn), &http.Request{Method: l.method}
	response, err := http.ReadResponse(reader, request)
	if err == nil && response.StatusCode == http.StatusContinue {
		response, err = http.ReadResponse(reader, request)
	}
	if err != nil {
		return mail{}, err
	}
	body, err := io.ReadAll(response.Body)
	return mail{response.StatusCode, response.Header, string(body)}, err
}
