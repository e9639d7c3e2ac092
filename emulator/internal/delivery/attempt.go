package delivery

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"syscall"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/world"
)

// userAgent is what receivers see; what Plaid sends there is not known.
const userAgent = "Tweed"

// answer is what a receiver said.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// send makes one attempt and writes it into the journal.
func (s *Sender) send(l world.Letter) world.Outcome {
	if !s.enter() {
		return world.Outcome{Unsent: true}
	}
	defer s.group.Done()
	target, err := targetOf(l.Target)
	var got answer
	var sent http.Header
	if err == nil {
		sent = headerOf(l.Headers)
		got, err = s.post(target, sent, l.Body)
	}
	if err != nil && s.ctx.Err() != nil {
		return world.Outcome{Unsent: true}
	}
	outcome := world.Outcome{Status: got.status}
	switch {
	case err != nil:
		outcome.Error = s.explain(err)
	case got.status != http.StatusOK:
		outcome.Error = fmt.Sprintf("the receiver answered %d; only 200 counts", got.status)
		if to := got.header.Get("Location"); to != "" {
			outcome.Error += ", and the redirect to " + to + " is not followed"
		}
	}
	s.record(l, target, sent, got, outcome)
	return outcome
}

// targetOf reads an address.
func targetOf(text string) (*url.URL, error) {
	target, err := url.Parse(text)
	if err != nil {
		return &url.URL{}, fmt.Errorf("the address %q is none", text)
	}
	if target.Scheme != "http" && target.Scheme != "https" || target.Host == "" {
		return target, fmt.Errorf("the address %q is none: it begins with http:// or https:// and a host", text)
	}
	return target, nil
}

func headerOf(headers map[string]string) http.Header {
	out := http.Header{"User-Agent": {userAgent}}
	for name, value := range headers {
		out.Set(name, value)
	}
	return out
}

// post makes the request. Redirects are not followed: a transport does not.
func (s *Sender) post(target *url.URL, header http.Header, body []byte) (answer, error) {
	ctx, cancel := context.WithTimeoutCause(s.ctx, s.options.Patience, errPatience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target.String(), bytes.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	req.Header = header.Clone()
	resp, err := s.transport.RoundTrip(req)
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		return answer{}, err
	}
	text, _ := io.ReadAll(io.LimitReader(resp.Body, maxReply)) // the status is what counts
	_ = resp.Body.Close()
	return answer{resp.StatusCode, resp.Header, text}, nil
}

var errPatience = errors.New("patience")

// publicError is an address that messages do not go to.
type publicError struct{ address netip.Addr }

// Error says how to let them go there.
func (e publicError) Error() string {
	return "refused: " + e.address.String() +
		" is neither loopback nor private; --webhooks-anywhere lets webhooks go there"
}

// control looks at the address that a name has led to, before anything is sent there.
func (s *Sender) control(_, address string, _ syscall.RawConn) error {
	if s.options.Anywhere {
		return nil
	}
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	ip := at.Addr().Unmap()
	if ip.IsLoopback() || ip.IsPrivate() || ip.IsUnspecified() {
		return nil
	}
	return publicError{ip}
}

// explain says what was wrong, and what would be right where that is Tweed's to say.
func (s *Sender) explain(err error) string {
	if errors.Is(err, errPatience) {
		return "no answer within " + s.options.Patience.String()
	}
	if refused, ok := errors.AsType[publicError](err); ok {
		return refused.Error()
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return "the receiver's certificate is not trusted (" + err.Error() +
			"); --webhooks-ca FILE trusts its CA, --webhooks-insecure any"
	}
	return err.Error()
}

// record writes an attempt into the journal and the log.
func (s *Sender) record(l world.Letter, target *url.URL, sent http.Header, got answer, o world.Outcome) {
	if s.options.Log != nil {
		s.options.Log.Debug("webhook", "world", l.World, "n", l.N, "name", l.Name, "target", l.Target, "try", l.Try,
			"status", o.Status, "error", o.Error, "rule", l.Rule)
	}
	if s.options.Journal.Off() {
		return
	}
	e := &api.Entry{
		N: l.N, World: l.World, Time: l.Sent, Family: api.FamilyWebhook, Op: l.Name, Method: http.MethodPost,
		Base: (&url.URL{Scheme: target.Scheme, Host: target.Host}).String(), Host: target.Host, Path: target.Path,
		Query: target.RawQuery, Status: o.Status, Rule: l.Rule, Sent: sent, Request: l.Body, Reply: got.body,
		About: facts{l.About}, Notes: []string{fmt.Sprintf("attempt %d", l.Try)},
	}
	if l.Copy > 0 {
		e.Notes = append(e.Notes, fmt.Sprintf("a copy of webhook %d", l.Copy))
	}
	if o.Error != "" {
		e.Notes = append(e.Notes, o.Error)
	}
	for _, name := range sortedNames(got.header) {
		for _, value := range got.header[name] {
			e.Headers = append(e.Headers, api.Header{Name: name, Value: value})
		}
	}
	s.options.Journal.Add(e)
}

// facts are what a message is about, for filters of the journal.
type facts struct{ world.Facts }

// Subject is none: attempts are not counted for the fact attempt.
func (facts) Subject() string { return "" }

func sortedNames(h http.Header) []string { return slices.Sorted(maps.Keys(h)) }
