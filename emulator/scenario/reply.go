package scenario

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
)

// replyEffect answers by hand: a status, a body, or both.
var replyEffect = effect{
	key:     "status",
	instead: true,
	used:    func(t *Then) bool { return t.Status != 0 || t.Body != nil },
	check: func(r *report, _ *Rule, t *Then, at place) {
		given := t.Status != 0 || at.has("status")
		if given && (t.Status < 200 || t.Status > 599) {
			r.add(at.key("status"), fmt.Sprintf("%d is no status of an answer", t.Status), "write a number from 200 to 599")
		}
		if t.Body == nil {
			return
		}
		if t.Status == http.StatusNoContent || t.Status == http.StatusNotModified {
			r.add(at.key("body"), fmt.Sprintf("an answer with status %d has no body", t.Status), "remove the body")
		}
		if _, err := bodyBytes(t.Body); err != nil {
			r.add(at.key("body"), "the body is no JSON: "+err.Error(), "")
		}
	},
	prepare: func(t *Then) action {
		status := t.Status
		if status == 0 {
			status = http.StatusOK
		}
		body, err := bodyBytes(t.Body)
		if err != nil { // refused by check
			body = nil
		}
		return func(p *Plan, _ use) { p.Status, p.Body = status, body }
	},
}

// bodyBytes writes a hand-made body: text as it is, anything else as JSON with two
// spaces of indent, as Plaid's.
func bodyBytes(body any) ([]byte, error) {
	switch v := body.(type) {
	case nil:
		return nil, nil
	case string:
		return []byte(v), nil
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(body); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}
