package flow

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// maxReply bounds an answer: the largest of this path, fourteen accounts, is some kilobytes.
const maxReply = 1 << 20

// Services, as they are named in errors.
const (
	servicePlaid    = "plaid"
	serviceLegit    = "legit"
	serviceSentinel = "sentinel"
)

// call is one operation at a vendor, which do sends once or several times.
type call struct {
	service string
	method  string
	path    string
	body    func() ([]byte, error) // made anew for each attempt; nil for none
	decode  func([]byte) error     // reads a good answer; nil when the answer does not matter
	freely  bool                   // may be repeated though an earlier attempt may have acted; see do
	advice  string                 // what to do instead, when it may not

	unsure bool   // some attempt may have acted although no good answer came
	lost   []byte // what came of the last good answer that could not be read
}

func (k *call) name() string { return k.method + " " + k.path }

// attempt is one exchange: its own timeout around connecting, sending and reading; an answer of limited size, read to
// its end so that the connection can be used again; no redirects. It returns a *TransportError, a *ReplyError, or the
// vendor's error (*PlaidError, *SentinelError).
func (c *Client) attempt(ctx context.Context, rec *Step, k *call) error {
	rec.HTTPStatus, rec.RequestID = 0, "" // of this attempt or of none
	limited, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	req, err := c.request(limited, k)
	if err != nil {
		return err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return c.noAnswer(k, err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxReply+1))
	rec.HTTPStatus, rec.RequestID = resp.StatusCode, requestID(resp.Header, body)
	reply := &ReplyError{Call: k.name(), Status: resp.StatusCode, RequestID: rec.RequestID, body: body}
	switch {
	case resp.StatusCode >= 400:
		return c.vendorError(k, resp, body)
	case err != nil:
		lost := c.noAnswer(k, err)
		lost.partial = body
		return lost
	case len(body) > maxReply:
		reply.Problem = fmt.Sprintf("the answer is longer than %d bytes", maxReply)
		return reply
	case resp.StatusCode >= 300:
		reply.Problem = "the answer is a redirect, which a call with credentials does not follow"
		return reply
	case k.decode == nil:
		return nil
	}
	if err := k.decode(body); err != nil {
		reply.Problem, reply.broken = c.unreadable(resp.Header, body, err)
		return reply
	}
	rec.reply = body
	return nil
}

func (c *Client) request(ctx context.Context, k *call) (*http.Request, error) {
	var body io.Reader
	if k.body != nil {
		data, err := k.body()
		if err != nil {
			return nil, fmt.Errorf("%s: request body: %w", k.name(), err)
		}
		body = bytes.NewReader(data)
	}
	base := c.cfg.Plaid.BaseURL
	if k.service != servicePlaid {
		base = c.cfg.Sentinel.BaseURL
	}
	req, err := http.NewRequestWithContext(ctx, k.method, base+k.path, body)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", k.name(), err)
	}
	for name, values := range c.cfg.Headers {
		req.Header[http.CanonicalHeaderKey(name)] = values
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "tweed-flow")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	switch k.service {
	case servicePlaid:
		req.Header.Set("Plaid-Version", c.cfg.Plaid.Version)
	case serviceSentinel:
		req.Header.Set("Authorization", string(c.jwt)) // no scheme word, as the public clients send it
	}
	return req, nil
}

// requestID finds the id to tell the vendor's support: Plaid's request_id, or a header.
func requestID(h http.Header, body []byte) string {
	var b struct {
		RequestID string `json:"request_id"`
	}
	_ = json.Unmarshal(body, &b)
	return short(first(b.RequestID, h.Get("X-Request-Id"), h.Get("X-Correlation-Id")))
}

// short makes a code or an id of a vendor fit for a report.
func short(text string) string {
	const limit = 64
	if r := []rune(oneLine(text)); len(r) > limit {
		return string(r[:limit]) + "…"
	}
	return oneLine(text)
}

// vendorError reads an answer with an error status, whatever its body is.
func (c *Client) vendorError(k *call, resp *http.Response, body []byte) error {
	wait := retryAfter(resp.Header, c.cfg.Now())
	id := requestID(resp.Header, body)
	if k.service == servicePlaid {
		e := &PlaidError{Status: resp.StatusCode, RetryAfter: wait, RequestID: id}
		var b struct {
			Type    string `json:"error_type"`
			Code    string `json:"error_code"`
			Message string `json:"error_message"`
			Display string `json:"display_message"`
			URL     string `json:"documentation_url"`
		}
		if err := json.Unmarshal(body, &b); err == nil && b.Code != "" {
			e.Type, e.Code, e.DocumentationURL = short(b.Type), short(b.Code), oneLine(b.URL)
			e.Message, e.DisplayMessage = oneLine(c.conceal(b.Message)), oneLine(c.conceal(b.Display))
			return e
		}
		e.Raw = "no Plaid error object but " + c.shown(resp.Header, body)
		return e
	}
	e := &SentinelError{Service: k.service, Status: resp.StatusCode, RetryAfter: wait, RequestID: id, body: body}
	var b struct {
		Error   string `json:"error"`
		Message string `json:"message"`
	}
	if err := json.Unmarshal(body, &b); err == nil && b.Error+b.Message != "" {
		e.Code, e.Message = short(b.Error), oneLine(c.conceal(b.Message))
		return e
	}
	e.Raw = c.shown(resp.Header, body)
	return e
}

// shown describes a body that has not the expected form.
func (c *Client) shown(h http.Header, body []byte) string {
	if len(bytes.TrimSpace(body)) == 0 {
		return "an empty body"
	}
	kind, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil {
		kind = "a body without a content type"
	}
	return fmt.Sprintf("%s %q", kind, c.excerpt(body))
}

// incomplete is what a decode function returns for an answer that parses but lacks something: sending again would
// bring the same.
type incomplete string

func (e incomplete) Error() string { return string(e) }

// unreadable says what is wrong with an answer that decode refused, and whether its very form is broken. A body with
// an expected form is not shown: it may hold a token.
func (c *Client) unreadable(h http.Header, body []byte, err error) (problem string, broken bool) {
	var lacks incomplete
	if errors.As(err, &lacks) {
		return string(lacks), false
	}
	trimmed := bytes.TrimSpace(body)
	switch {
	case len(trimmed) == 0:
		return "the answer is empty", true
	case trimmed[0] != '{' && trimmed[0] != '[':
		return "the answer is not JSON but " + c.shown(h, body), true
	case !json.Valid(trimmed):
		return "the answer is broken JSON: " + err.Error(), true
	}
	return "the answer has not the expected form: " + err.Error(), false
}

// noAnswer words an error of the network without addresses and ports, so that reports of two runs can be compared.
func (c *Client) noAnswer(k *call, err error) *TransportError {
	e := &TransportError{Call: k.name(), Sent: true, Err: err}
	var (
		op   *net.OpError
		dns  *net.DNSError
		cert *tls.CertificateVerificationError
		link *url.Error
		slow interface{ Timeout() bool }
	)
	if errors.As(err, &op) && (op.Op == "dial" || op.Op == "proxyconnect") {
		e.Sent = false
	}
	switch {
	case errors.As(err, &dns):
		e.Cause = "host " + dns.Name + " not found"
	case errors.As(err, &cert):
		e.Sent, e.final, e.Cause = false, true, oneLine(cert.Error())
	case errors.As(err, &slow) && slow.Timeout():
		e.Timeout, e.Cause = true, "no answer within "+c.cfg.Timeout.String()
	case errors.Is(err, syscall.ECONNREFUSED):
		e.Cause = "connection refused: nothing listens at the base URL"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		e.Cause = "connection reset"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		e.Cause = "connection closed before the end of the answer"
	case op != nil:
		e.Cause = op.Err.Error()
	case errors.As(err, &link):
		e.Cause = oneLine(link.Err.Error())
	default:
		e.Cause = oneLine(err.Error())
	}
	return e
}

// retryAfter reads the header Retry-After, seconds or a date (RFC 9110, 10.2.3). A date counts from the answer's own
// Date when there is one, since the two clocks may differ.
func retryAfter(h http.Header, now time.Time) time.Duration {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if seconds, err := strconv.ParseInt(value, 10, 32); err == nil && seconds > 0 {
		return time.Duration(seconds) * time.Second
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	if sent, err := http.ParseTime(h.Get("Date")); err == nil {
		now = sent
	}
	return max(at.Sub(now), 0)
}
