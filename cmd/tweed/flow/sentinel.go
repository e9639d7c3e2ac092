package flow

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
)

// sentinelAPI is the root of the first version, which has all of this path (public clients, 2016 to 2019).
const sentinelAPI = "/sentinel/api/v1"

// States of a relationship.
const (
	relationshipPending  = "PENDING"
	relationshipApproved = "APPROVED"
)

// scalar takes a JSON string or number as the text that it is: Sentinel writes transfer ids and amounts as either.
type scalar string

// UnmarshalJSON takes a string, a number or null.
func (s *scalar) UnmarshalJSON(data []byte) error {
	switch {
	case bytes.Equal(data, []byte("null")):
		*s = ""
		return nil
	case data[0] == '"':
		return json.Unmarshal(data, (*string)(s))
	}
	var n json.Number
	if err := json.Unmarshal(data, &n); err != nil {
		return err
	}
	*s = scalar(n)
	return nil
}

// sentinel sends a call with Legit's token. A 401 means that Sentinel did not act, because the token ran out: one new
// login, one repeat, and no more, since a loop of logins helps nobody.
func (c *Client) sentinel(ctx context.Context, rec *Step, k *call) error {
	k.service = serviceSentinel
	err := c.do(ctx, rec, k)
	if status, _ := answered(err); status != http.StatusUnauthorized {
		return err
	}
	if err := c.login(ctx, rec); err != nil {
		return fmt.Errorf("%s was answered with 401, and the new login failed: %w", k.name(), err)
	}
	rec.note("logged in again after a 401")
	return c.do(ctx, rec, k)
}

// payload returns the body function of a JSON object that is the same in each attempt.
func payload(body map[string]any) func() ([]byte, error) {
	return func() ([]byte, error) { return json.Marshal(body) }
}

// bankRelationship is the part of Sentinel's relationship that the path needs.
type bankRelationship struct {
	ID           string `json:"id"`
	Status       string `json:"status"`
	Cancellation *struct {
		Reason string `json:"reason"`
	} `json:"cancellation"`
}

func (r *bankRelationship) decode(data []byte) error {
	*r = bankRelationship{}
	if err := json.Unmarshal(data, r); err != nil {
		return err
	}
	if r.ID == "" || r.Status == "" {
		return incomplete("the answer has no id or no status of the relationship")
	}
	return nil
}

// relationship makes the ACH relationship with the processor token, without bank numbers: Apex reads those from Plaid.
// It waits until the relationship is approved, which a Plaid one is at once or after seconds. A step that gave up
// waiting goes on with the same relationship when it is run again.
func (c *Client) relationship(ctx context.Context, rec *Step) error {
	var r bankRelationship
	if c.waitingFor == "" {
		if err := c.createRelationship(ctx, rec, &r); err != nil {
			return err
		}
		c.waitingFor, c.state.RelationshipID = r.ID, r.ID
	}
	id := short(c.waitingFor)
	rec.add("relationship_id", KindID, id)
	get := &call{
		method: "GET", path: sentinelAPI + "/ach_relationships/" + url.PathEscape(c.waitingFor),
		decode: r.decode, freely: true,
	}
	known := r.Status != ""
	err := c.poll(ctx, "ACH relationship "+id, func() (string, bool, error) {
		if !known {
			if err := c.sentinel(ctx, rec, get); err != nil {
				return "", false, err
			}
		}
		known = false // from the second look on it is asked for
		return short(r.Status), r.Status != relationshipPending, nil
	})
	if err != nil {
		return err
	}
	c.waitingFor = ""
	rec.add("status", KindText, short(r.Status))
	if r.Status != relationshipApproved {
		e := &RelationshipError{ID: id, Status: short(r.Status)}
		if r.Cancellation != nil {
			e.Reason = short(r.Cancellation.Reason)
		}
		return e
	}
	return nil
}

// createRelationship is never repeated: there is no key by which Sentinel could know the second request for the first.
func (c *Client) createRelationship(ctx context.Context, rec *Step, r *bankRelationship) error {
	s := c.cfg.Sentinel
	return c.sentinel(ctx, rec, &call{
		method: "POST", path: sentinelAPI + "/ach_relationships", decode: r.decode,
		body: payload(map[string]any{
			"account": s.Account, "nickname": c.cfg.Nickname,
			"approvalMethod": s.ApprovalMethod, s.TokenField: c.state.ProcessorToken,
		}),
		advice: "look for it in the account's relationships before making another",
	})
}

// transferID finds transferId in what is left of an answer, however early it was cut off; empty when it is not there.
func transferID(lost []byte) string {
	d := json.NewDecoder(bytes.NewReader(lost))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return ""
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return ""
		}
		if key == "transferId" {
			var id scalar
			if d.Decode(&id) != nil {
				return ""
			}
			return string(id)
		}
		var other json.RawMessage
		if d.Decode(&other) != nil {
			return ""
		}
	}
	return ""
}

// duplicate tells whether Sentinel refused an externalTransferId because it was used before: 409 (documented for
// Ascend), or any 4xx that says so (assumed; Sentinel's own answer is not public).
func duplicate(err error) (*SentinelError, bool) {
	var e *SentinelError
	if !errors.As(err, &e) || e.Service != serviceSentinel || e.Status < 400 || e.Status > 499 {
		return nil, false
	}
	text := bytes.ToLower(e.body)
	return e, e.Status == http.StatusConflict || bytes.Contains(text, []byte("duplicate")) ||
		(bytes.Contains(text, []byte("externaltransferid")) && bytes.Contains(text, []byte("already")))
}
