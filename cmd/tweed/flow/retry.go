package flow

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"net/http"
	"time"
)

// do sends a call until it is answered well, may not be sent again, or Config.Attempts are used up.
//
// Every call may be sent again when the server cannot have acted: no connection was made, or it answered 429.
// Otherwise (an answer lost on the way, unreadable, or 500, 502, 503, 504) nobody knows whether it acted, and only
// calls marked freely are sent again:
//
//   - reads: GET, and Plaid's /accounts/get, which is a POST but changes nothing;
//   - calls whose second effect is an unused token: Link token, sandbox public token, processor token, login;
//   - a transfer, because the second one carries the same externalTransferId and is refused as a duplicate.
//
// Never the exchange: the public token is spent by the first attempt, and a second one would hide the lost access
// token behind INVALID_PUBLIC_TOKEN. Nor the relationship: it has no key, and there would be two.
func (c *Client) do(ctx context.Context, rec *Step, k *call) error {
	for n := 1; ; n++ {
		if ctx.Err() != nil {
			return stopped(k.name(), ctx.Err())
		}
		err := c.attempt(ctx, rec, k)
		if err == nil {
			return nil
		}
		again, acted := k.verdict(err)
		k.unsure = k.unsure || acted
		if ctx.Err() != nil {
			if k.unsure && !k.freely {
				return &UnsureError{Advice: k.advice, Err: stopped(k.name(), ctx.Err())}
			}
			return stopped(k.name(), ctx.Err())
		}
		pause, patient := c.pause(k, n, err)
		if !again || !patient || n >= c.cfg.Attempts {
			if acted && !k.freely {
				return &UnsureError{Advice: k.advice, Err: err}
			}
			return err
		}
		if err := c.cfg.Wait(ctx, pause); err != nil {
			return stopped(k.name(), err)
		}
		rec.Retries++
	}
}

// stopped is the error of a call that the caller's context ended.
func stopped(what string, err error) error { return fmt.Errorf("%s: stopped: %w", what, err) }

// verdict says whether a call that failed with err may be sent again, and whether the server may have acted on it.
func (k *call) verdict(err error) (again, acted bool) {
	var te *TransportError
	if errors.As(err, &te) {
		k.keep(te.partial)
		return !te.final && (!te.Sent || k.freely), te.Sent
	}
	var re *ReplyError
	if errors.As(err, &re) {
		k.keep(re.body)
		return re.broken && k.freely, true
	}
	switch status, _ := answered(err); status {
	case http.StatusTooManyRequests:
		return true, false
	case http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable,
		http.StatusGatewayTimeout:
		return k.freely, true
	}
	return false, false
}

func (k *call) keep(body []byte) {
	if len(body) > 0 {
		k.lost = body
	}
}

// answered returns the HTTP status and Retry-After of a vendor's error; 0 when err is none.
func answered(err error) (status int, retryAfter time.Duration) {
	var pe *PlaidError
	if errors.As(err, &pe) {
		return pe.Status, pe.RetryAfter
	}
	var se *SentinelError
	if errors.As(err, &se) {
		return se.Status, se.RetryAfter
	}
	return 0, 0
}

// pause returns how long to wait after the n-th attempt: what Retry-After asks for, else a backoff that doubles, of
// which the upper half is spread by the run's externalTransferId: spread, so that many clients do not come back at
// once, and not random, so that a run can be repeated. It is not patient when Retry-After asks for more than MaxWait.
func (c *Client) pause(k *call, n int, err error) (d time.Duration, patient bool) {
	if _, asked := answered(err); asked > 0 {
		return asked, asked <= c.cfg.MaxWait
	}
	d = c.cfg.Backoff
	for i := 1; i < n && d < c.cfg.MaxWait; i++ {
		d *= 2
	}
	d = min(d, c.cfg.MaxWait)
	half := uint64(d / 2)
	if half == 0 {
		return d, true
	}
	h := fnv.New64a()
	_, _ = fmt.Fprintf(h, "%s %s %d", c.spread, k.path, n)
	return d - time.Duration(h.Sum64()%half), true
}

// poll calls look until it reports an end, with Config.Idle (or a growing pause) between. The limits are
// Config.Patience, by Config.Now, and Config.MaxPolls.
func (c *Client) poll(ctx context.Context, what string, look func() (state string, end bool, err error)) error {
	start := c.cfg.Now()
	for n := 1; ; n++ {
		state, end, err := look()
		if end || err != nil {
			return err
		}
		limit := ""
		switch {
		case n >= c.cfg.MaxPolls:
			limit = "that is the most that Config.MaxPolls allows"
		case c.cfg.Now().Sub(start) >= c.cfg.Patience:
			limit = "that is longer than Config.Patience, " + c.cfg.Patience.String()
		}
		if limit != "" {
			return &PatienceError{What: what, State: state, Polls: n, Limit: limit}
		}
		if err := c.idle(ctx, n); err != nil {
			return stopped(what, err)
		}
	}
}

func (c *Client) idle(ctx context.Context, n int) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if c.cfg.Idle != nil {
		return c.cfg.Idle(ctx)
	}
	const longest = 15 * time.Second
	pause := longest
	if n < 5 {
		pause = min(longest, time.Second<<(n-1))
	}
	return c.cfg.Wait(ctx, pause)
}
