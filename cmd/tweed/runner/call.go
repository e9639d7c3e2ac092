package runner

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"tweed/cmd/tweed/flow"
	"tweed/emulator/scenario"
)

// Keys are the credentials of calls that bring none: those that the scenario pins
// first, else made-up ones.
func Keys(s *scenario.Scenario) scenario.Credentials {
	local := flow.Local("", "")
	keys := scenario.Credentials{
		ClientID: local.Plaid.ClientID, Secret: string(local.Plaid.Secret), Username: local.Sentinel.Username,
		Entity: local.Sentinel.Entity, SharedSecret: string(local.Sentinel.SharedSecret),
	}
	for i := len(s.Credentials) - 1; i >= 0; i-- {
		c := s.Credentials[i]
		if c.ClientID != "" {
			keys.ClientID, keys.Secret = c.ClientID, cmp.Or(c.Secret, keys.Secret) // an empty one accepts any
		}
		if c.Username != "" {
			keys.Username, keys.Entity = c.Username, cmp.Or(c.Entity, keys.Entity)
			keys.SharedSecret = cmp.Or(c.SharedSecret, keys.SharedSecret)
		}
	}
	return keys
}

// call makes one call and compares its reply.
func (r *run) call(ctx context.Context, s *scenario.Step) []string {
	req, err := r.request(ctx, s)
	if err != nil {
		return []string{err.Error()}
	}
	expect, err := s.Expect.Expand(r.vars)
	if err != nil {
		return []string{err.Error()}
	}
	got, err := r.send(req, time.Duration(s.Timeout))
	r.answered = &answer{got, got.fault(err)}
	if problem := compareFault(expect.Fault, got.fault(err), err); problem != "" {
		return []string{problem}
	}
	if got.status == 0 {
		return nil // it is lost, as expected
	}
	problems := compareReply(s, expect, got)
	return append(problems, r.keep(s, got.body)...)
}

// reply is what came of a reply.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// send sends a request and reads its reply. Of one whose body ends too early there is what
// came, with an error; of one that is lost there is only that.
func (r *run) send(req *http.Request, patience time.Duration) (reply, error) {
	if patience > 0 {
		ctx, cancel := context.WithTimeout(req.Context(), patience)
		defer cancel()
		req = req.WithContext(ctx)
	}
	resp, err := r.http.Do(req)
	if err != nil {
		return reply{}, err
	}
	body, err := io.ReadAll(resp.Body)
	return reply{resp.StatusCode, resp.Header, body}, errors.Join(err, resp.Body.Close())
}

// keep remembers what later steps refer to.
func (r *run) keep(s *scenario.Step, body []byte) (problems []string) {
	decoded := scenario.Decode(body)
	if s.As != "" {
		r.vars[s.As] = decoded
	}
	for _, name := range slices.Sorted(maps.Keys(s.Capture)) {
		value, err := scenario.Find(decoded, s.Capture[name])
		if err != nil {
			problems = append(problems, fmt.Sprintf("capture %s: %v", name, err))
			continue
		}
		r.vars[name] = value
	}
	return problems
}

func (r *run) request(ctx context.Context, s *scenario.Step) (*http.Request, error) {
	method, path := s.Target()
	path, err := scenario.ExpandText(path, r.vars)
	if err != nil {
		return nil, err
	}
	with, err := scenario.Expand(s.With, r.vars)
	if err != nil {
		return nil, err
	}
	body, contentType, err := r.body(s, with, method)
	if err != nil {
		return nil, err
	}
	base, err := r.server.base(path)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, method, base+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	maps.Copy(req.Header, r.server.Flow.Headers)
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	if err := r.authenticate(ctx, req, with, s); err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(s.Headers)) {
		value, err := scenario.ExpandText(s.Headers[name], r.vars)
		if err != nil {
			return nil, err
		}
		req.Header.Set(name, value)
	}
	return req, nil
}

func (r *run) body(s *scenario.Step, with any, method string) (body []byte, contentType string, err error) {
	if s.Form != nil {
		form := url.Values{}
		for name, text := range s.Form {
			value, err := scenario.ExpandText(text, r.vars)
			if err != nil {
				return nil, "", err
			}
			form.Set(name, value)
		}
		return []byte(form.Encode()), "application/x-www-form-urlencoded", nil
	}
	switch text := with.(type) {
	case nil:
		if method == http.MethodGet {
			return nil, "", nil
		}
		return []byte("{}"), "application/json", nil
	case string:
		return []byte(text), "application/json", nil
	}
	body, err = json.Marshal(with)
	return body, "application/json", err
}

// authenticate adds credentials to a call that brings none of its own. A body that has
// client_id or secret, whatever their value, brings its own; so do headers.
func (r *run) authenticate(ctx context.Context, req *http.Request, with any, s *scenario.Step) error {
	if isApex(req.URL.Path) && !strings.HasPrefix(req.URL.Path, legit) {
		if !r.server.Flow.Now().Before(r.jwtUntil) {
			if err := r.login(ctx); err != nil {
				return err
			}
		}
		req.Header.Set("Authorization", r.jwt)
		return nil
	}
	fields, _ := with.(map[string]any)
	for _, name := range []string{"client_id", "secret"} {
		if _, own := fields[name]; own {
			return nil
		}
		if _, own := s.Form[name]; own {
			return nil
		}
	}
	req.Header.Set("PLAID-CLIENT-ID", r.server.Flow.Plaid.ClientID)
	req.Header.Set("PLAID-SECRET", string(r.server.Flow.Plaid.Secret))
	return nil
}

// loginLife is how long a JWT is used. Legit's live 25 hours.
const loginLife = 24 * time.Hour

// login gets a Sentinel JWT for the calls of steps.
func (r *run) login(ctx context.Context) error {
	apex := r.server.Flow.Sentinel
	jws, err := flow.SignLogin(apex.Username, apex.Entity, apex.SharedSecret, r.server.Flow.Now())
	if err != nil {
		return err
	}
	body, err := json.Marshal(map[string]string{"jws": jws})
	if err != nil {
		return err
	}
	address := apex.BaseURL + legit + "api/v1/cc/token"
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return err
	}
	maps.Copy(req.Header, r.server.Flow.Headers)
	req.Header.Set("Content-Type", "application/json")
	resp, err := r.http.Do(req)
	if err != nil {
		return err
	}
	text, err := io.ReadAll(resp.Body)
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the login at Sentinel answered %s", resp.Status)
	}
	r.jwt, r.jwtUntil = string(text), r.server.Flow.Now().Add(loginLife)
	return nil
}
