package flow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// States of a transfer that the client acts on. The others (FUNDS_POSTED, SENT_TO_BANK, FAILED_AT_BANK, ...) are
// stations, or have no public description; the client waits on.
const (
	statePending  = "PENDING"
	stateComplete = "COMPLETE"
	stateReturned = "RETURNED"
	stateRejected = "REJECTED"
	stateCanceled = "CANCELED"
)

// ach is the part of Sentinel's ACH transfer that the path needs.
type ach struct {
	TransferID         scalar `json:"transferId"`
	ExternalTransferID scalar `json:"externalTransferId"`
	State              string `json:"state"`
	Amount             scalar `json:"amount"`
	FundsAvailable     string `json:"estimatedFundsAvailableDate"`

	// Sentinel's REST answer documents rejectReason; the return code is public only as reason of ALE's event. The
	// other two names are read in case an answer carries it (assumed).
	RejectReason string `json:"rejectReason"`
	ReturnReason string `json:"returnReason"`
	ReturnCode   string `json:"returnCode"`
	Reason       string `json:"reason"`
}

func (t *ach) decode(data []byte) error {
	*t = ach{}
	if err := json.Unmarshal(data, t); err != nil {
		return err
	}
	if t.TransferID == "" || t.State == "" {
		return incomplete("the answer has no transferId or no state")
	}
	return nil
}

func (t *ach) reason() string {
	if t.State == stateReturned {
		return short(first(t.ReturnCode, t.ReturnReason, t.Reason, t.RejectReason))
	}
	return short(first(t.RejectReason, t.Reason))
}

// deposit pulls money from the bank account.
func (c *Client) deposit(ctx context.Context, rec *Step) error {
	return c.transfer(ctx, rec, "incoming", map[string]any{})
}

// withdrawal pushes money to the bank account; the amount that reaches the bank may be less by Apex's fees.
func (c *Client) withdrawal(ctx context.Context, rec *Step) error {
	return c.transfer(ctx, rec, "outgoing", map[string]any{"disbursementType": "PARTIAL_BALANCE"})
}

// transfer makes one ACH transfer and, in test mode, approves it. The externalTransferId is made once per transfer and
// kept until the step is done, over all attempts of the call and over further runs of a step that failed.
func (c *Client) transfer(ctx context.Context, rec *Step, way string, body map[string]any) error {
	cents, err := ParseAmount(c.cfg.Amount)
	if err != nil {
		return err
	}
	p := c.pending[way]
	if p == nil {
		p = &pending{id: c.cfg.NewID()}
		c.pending[way] = p
	}
	rec.add("external_transfer_id", KindID, p.id)
	rec.add("amount", KindText, FormatAmount(cents))
	body["externalTransferId"], body["achRelationshipId"] = p.id, c.state.RelationshipID
	body["amount"] = json.Number(FormatAmount(cents))
	var t ach
	if p.transferID != "" {
		err = c.get(ctx, rec, p.transferID, &t)
	} else {
		err = c.send(ctx, rec, p, &t, &call{
			method: "POST", path: sentinelAPI + "/transfers/achs/" + way, body: payload(body),
			freely: !c.cfg.TransferOnce,
			decode: func(data []byte) error { return t.ours(data, p.id, cents, way == "incoming") },
			advice: "look for externalTransferId " + p.id + " among the account's transfers before sending another",
		})
	}
	if err != nil {
		return err
	}
	p.transferID = string(t.TransferID)
	c.state.TransferID, c.state.ExternalTransferID, c.done[StepSettle] = p.transferID, p.id, false
	rec.add("transfer_id", KindID, short(p.transferID))
	rec.add("funds_available", KindDate, short(t.FundsAvailable))
	made := *rec
	if err := c.approve(ctx, rec, &t); err != nil {
		return err
	}
	rec.RequestID, rec.HTTPStatus, rec.reply = made.RequestID, made.HTTPStatus, made.reply // not those of the look
	c.state.TransferState = short(t.State)
	rec.add("state", KindState, short(t.State))
	delete(c.pending, way)
	return nil
}

// ours reads an answer about a transfer and makes sure that it is about this one: an answer for another id, or for
// another amount of a deposit, is worse than none.
func (t *ach) ours(data []byte, id string, cents int64, exact bool) error {
	if err := t.decode(data); err != nil {
		return err
	}
	if got := string(t.ExternalTransferID); got != "" && got != id {
		return incomplete("the answer is about externalTransferId " + short(got) + ", not about " + id)
	}
	if got, err := ParseAmount(string(t.Amount)); exact && err == nil && got != cents {
		return incomplete("the answer is about " + FormatAmount(got) + " dollars, not " + FormatAmount(cents))
	}
	return nil
}

// send makes the call of a transfer, and settles what became of it when the call failed although an attempt may have
// reached Sentinel. An answer that was cut off, or a refusal as duplicate, may still name the transfer; then it is
// read and compared. Without that name nothing in the REST API finds a transfer by its externalTransferId, and the
// error says so.
func (c *Client) send(ctx context.Context, rec *Step, p *pending, t *ach, k *call) error {
	k.unsure, k.lost = p.unsure, p.lost
	err := c.sentinel(ctx, rec, k)
	p.unsure, p.lost = k.unsure, k.lost
	if err == nil || !k.unsure {
		return err
	}
	refused, isDuplicate := duplicate(err)
	id := transferID(k.lost)
	if isDuplicate {
		id = first(transferID(refused.body), id)
	}
	if id != "" && ctx.Err() == nil {
		look := &call{method: "GET", path: transferPath(id), decode: k.decode, freely: true}
		if c.sentinel(ctx, rec, look) == nil && string(t.ExternalTransferID) == p.id {
			rec.note("the answer was lost; the transfer was found by the id that it carried")
			return nil
		}
	}
	var unsure *UnsureError
	switch {
	case isDuplicate:
		return &DuplicateError{ExternalTransferID: p.id, Account: c.cfg.Sentinel.Account, Err: err}
	case errors.As(err, &unsure):
		return err
	}
	return &UnsureError{Advice: k.advice, Err: err}
}

func transferPath(id string) string { return sentinelAPI + "/transfers/achs/" + url.PathEscape(id) }

// get reads one transfer.
func (c *Client) get(ctx context.Context, rec *Step, id string, t *ach) error {
	return c.sentinel(ctx, rec, &call{
		method: "GET", path: transferPath(id), decode: t.decode, freely: true,
	})
}

// approve moves a PENDING transfer on in test mode, where nobody else does (public client's certification script).
// The endpoint has no key; but since the transfer can be read, an attempt that got no answer is followed by a look at
// its state, and repeated only while it is still PENDING.
func (c *Client) approve(ctx context.Context, rec *Step, t *ach) error {
	id := string(t.TransferID)
	for n := 1; c.cfg.Sentinel.Simulate && t.State == statePending; n++ {
		k := &call{
			method: "POST", advice: "read the transfer first",
			path: sentinelAPI + "/test/simulation/achs/" + url.PathEscape(id) + "/approve",
		}
		err := c.sentinel(ctx, rec, k)
		if ctx.Err() != nil {
			return err
		}
		if look := c.get(ctx, rec, id, t); look != nil {
			return look
		}
		if err == nil {
			rec.note("approved by the test simulation")
			return nil
		}
		if t.State != statePending {
			return nil
		}
		if !k.unsure || n >= c.cfg.Attempts {
			return err
		}
		pause, patient := c.pause(k, n, err)
		if !patient {
			return err
		}
		if err := c.cfg.Wait(ctx, pause); err != nil {
			return stopped(k.name(), err)
		}
		rec.Retries++
	}
	return nil
}

// settle polls the transfer until it is COMPLETE, RETURNED, REJECTED or CANCELED. With Config.ReturnWindow a COMPLETE
// transfer is watched on: an ACH return comes days after the money.
func (c *Client) settle(ctx context.Context, rec *Step) error {
	var (
		t        ach
		road     []string
		complete time.Time
	)
	err := c.poll(ctx, "transfer "+short(c.state.TransferID), func() (string, bool, error) {
		if err := c.get(ctx, rec, c.state.TransferID, &t); err != nil {
			return "", false, err
		}
		state := short(t.State)
		if len(road) == 0 || road[len(road)-1] != state {
			road = append(road, state)
		}
		c.state.TransferState = state
		switch t.State {
		case stateReturned, stateRejected, stateCanceled:
			return state, true, nil
		case stateComplete:
			if complete.IsZero() {
				complete = c.cfg.Now()
			}
			return state, c.cfg.Now().Sub(complete) >= c.cfg.ReturnWindow, nil
		}
		return state, false, nil
	})
	rec.add("road", KindState, strings.Join(road, " > "))
	var late *PatienceError
	if errors.As(err, &late) && t.State == stateComplete {
		rec.note("watched for a return until the limit: " + late.Limit)
		err = nil
	}
	if err != nil {
		return err
	}
	rec.add("state", KindText, short(t.State))
	rec.add("reason", KindText, t.reason())
	return c.ended(rec, &t)
}

// ended turns the last state into the end of the run.
func (c *Client) ended(rec *Step, t *ach) error {
	switch t.State {
	case stateComplete:
		c.result.End = EndCompleted
		return nil
	case stateReturned:
		c.result.End, rec.Status = EndReturned, StatusReturned
	case stateRejected:
		c.result.End, rec.Status = EndRejected, StatusRejected
	case stateCanceled:
		c.result.End, rec.Status = EndCanceled, StatusCanceled
	default:
		return fmt.Errorf("transfer %s ended in state %s", short(c.state.TransferID), short(t.State))
	}
	c.result.Reason = t.reason()
	return nil
}
