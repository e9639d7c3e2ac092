package flow_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/cmd/tweed/flow"
)

func TestRunWalksTheGuide(t *testing.T) {
	t.Parallel()
	v, _, cfg := start(t)
	var seen []string
	cfg.OnStep = func(s flow.Step) { seen = append(seen, s.Name+" "+string(s.Status)+" "+s.RequestID) }
	cfg.Headers = map[string][]string{"tweed-world": {"w1"}}
	r, err := flow.Run(t.Context(), cfg)
	require.NoError(t, err)
	require.Equal(t, []string{
		"link_token ok reqLink", "public_token ok reqPublic", "exchange ok reqExchange", "accounts ok reqAccounts",
		"processor_token ok reqProc", "sentinel_login ok apex-1", "relationship ok apex-1", "deposit ok apex-1",
		"settle ok apex-4",
	}, seen)
	require.Equal(t, flow.EndCompleted, r.End)
	require.True(t, r.OK())
	require.Equal(t, "COMPLETE", r.State)
	settle, ok := r.Step(flow.StepSettle)
	require.True(t, ok)
	require.Equal(t, "FUNDS_POSTED > SENT_TO_BANK > COMPLETE", settle.Value("road"))

	require.Equal(t, map[string]any{
		"institution_id": "ins_109508", "initial_products": []any{"auth"},
		"options":   map[string]any{"override_username": "user_good", "override_password": "pass_good"},
		"client_id": cfg.Plaid.ClientID, "secret": testSecret,
	}, v.body(pathPublic, 0))
	require.Equal(t, "6ljolDRLVWSnZaMneeL9T4bWo4kpZkCg7N54M", v.body(pathApex, 0)["account_id"], "first checking account")
	require.Equal(t, map[string]any{
		"account": "3TW05057", "approvalMethod": "PLAID_TOKEN", "nickname": "Tweed flow",
		"plaidProcessorToken": "processor-sandbox-44444444-aaaa-4000-8000-000000000004",
	}, v.body(pathRelation, 0))
	require.Equal(t, map[string]any{
		"externalTransferId": "00000000-0000-4000-8000-000000000001", "amount": 100.0,
		"achRelationshipId": "5e6f80963c3477ba9dc1f98a",
	}, v.body(pathIncoming, 0))
	require.Equal(t, "eyJhbGciOiJFUzUxMiJ9.bG9naW41.c2lnbmF0dXJl", v.header(pathIncoming, 0).Get("Authorization"))
	require.Equal(t, "2020-09-14", v.header(pathLink, 0).Get("Plaid-Version"))
	require.Equal(t, "w1", v.header(pathApprove, 0).Get("Tweed-World"))
	require.Equal(t, 1, v.hit(pathApprove))
}

func TestConfiguredPath(t *testing.T) {
	t.Parallel()
	v, _, cfg := start(t)
	for name, value := range map[string]string{
		"amount": "0100", "account_mask": "1111", "processor": "apex_clearing", "direction": "withdrawal",
		"products": "auth, identity", "institution": "ins_109511", "user": "user_custom", "password": "{}",
		"webhook": "https://127.0.0.1/hook", "client_user_id": "u1", "nickname": "n", "account_name": "plaid saving",
	} {
		require.NoError(t, cfg.Set(name, value))
	}
	require.ErrorContains(t, cfg.Set("amuont", "1"), "account_mask, account_name, amount")
	cfg.Sentinel.TokenField, cfg.Sentinel.ApprovalMethod = "processorToken", "PLAID"
	r, err := flow.Run(t.Context(), cfg)
	require.NoError(t, err)
	require.Equal(t, flow.EndCompleted, r.End)
	require.Equal(t, "apex_clearing", v.body(pathProcessor, 0)["processor"])
	require.Equal(t, "XPvzPJyQmnHREGaRjjNJco68VoLnpLudAVaG7", v.body(pathProcessor, 0)["account_id"])
	require.Equal(t, []any{"auth", "identity"}, v.body(pathLink, 0)["products"])
	require.Equal(t, "https://127.0.0.1/hook", v.body(pathLink, 0)["webhook"])
	require.Equal(t, "PARTIAL_BALANCE", v.body(pathOutgoing, 0)["disbursementType"])
	require.Contains(t, v.body(pathRelation, 0), "processorToken")
	require.Zero(t, v.hit(pathIncoming))
}

func TestPlaidHalfAlone(t *testing.T) {
	t.Parallel()
	v, _, cfg := start(t)
	cfg.Sentinel = nil
	c, err := flow.New(cfg)
	require.NoError(t, err)
	require.Equal(t, flow.Steps()[:5], c.Plan())
	r, err := c.Run(t.Context())
	require.NoError(t, err)
	require.Equal(t, flow.EndPlaidOnly, r.End)
	require.True(t, r.OK())
	require.Equal(t, []string{"sentinel_login", "relationship", "deposit", "settle"}, r.Skipped)
	require.Zero(t, v.hit(pathLogin))
	require.ErrorContains(t, c.Step(t.Context(), flow.StepDeposit), "APEX_USERNAME")
}

func TestStepRunsWhatItNeeds(t *testing.T) {
	t.Parallel()
	v, _, cfg := start(t)
	c, err := flow.New(cfg)
	require.NoError(t, err)
	token, err := c.ProcessorToken(t.Context())
	require.NoError(t, err)
	require.Equal(t, "processor-sandbox-44444444-aaaa-4000-8000-000000000004", token)
	require.Zero(t, v.hit(pathLogin))

	id, err := c.Deposit(t.Context())
	require.NoError(t, err)
	require.Equal(t, "20260105000001", id)
	require.Equal(t, 1, v.hit(pathExchange), "steps that are done are not repeated")
	require.Equal(t, "00000000-0000-4000-8000-000000000001", c.State().ExternalTransferID)

	require.NoError(t, c.Configure(func(cfg *flow.Config) error { return cfg.Set("amount", "100.0") }))
	_, err = c.Deposit(t.Context())
	require.NoError(t, err, "a second deposit is a new transfer")
	require.Equal(t, "00000000-0000-4000-8000-000000000002", v.body(pathIncoming, 1)["externalTransferId"])

	state, err := c.Settle(t.Context())
	require.NoError(t, err)
	require.Equal(t, "COMPLETE", state)
	require.Equal(t, 2, v.hit(pathIncoming), "settle follows the last transfer")

	require.Error(t, c.Configure(func(cfg *flow.Config) error { return cfg.Set("amount", "-1") }))
	require.ErrorContains(t, c.Step(t.Context(), "desposit"), `no step "desposit"; there are link_token`)
}

func TestSettleNeedsATransfer(t *testing.T) {
	t.Parallel()
	v, _, cfg := start(t)
	c, err := flow.New(cfg)
	require.NoError(t, err)
	state, err := c.Settle(t.Context())
	require.NoError(t, err)
	require.Equal(t, "COMPLETE", state)
	require.Equal(t, 1, v.hit(pathIncoming))
	require.Len(t, c.Result().Steps, 9)
}

func TestEnds(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, states, reason string
		window               time.Duration
		end                  flow.End
		status               flow.Status
	}{
		{"returned", "PENDING APPROVED RETURNED", "R01", 0, flow.EndReturned, flow.StatusReturned},
		{"returned late", "PENDING SENT_TO_BANK COMPLETE RETURNED", "R02", time.Hour, flow.EndReturned, flow.StatusReturned},
		{"not watched", "PENDING SENT_TO_BANK COMPLETE RETURNED", "", 0, flow.EndCompleted, flow.StatusOK},
		{"watched, nothing came", "PENDING SENT_TO_BANK COMPLETE", "", time.Minute, flow.EndCompleted, flow.StatusOK},
		{"watched longer than patience", "PENDING COMPLETE", "", time.Hour, flow.EndCompleted, flow.StatusOK},
		{"rejected", "PENDING REJECTED", "", 0, flow.EndRejected, flow.StatusRejected},
		{"canceled", "PENDING CANCELED", "", 0, flow.EndCanceled, flow.StatusCanceled},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			v, _, cfg := start(t)
			v.road(tc.states, tc.reason)
			cfg.ReturnWindow = tc.window
			r, err := flow.Run(t.Context(), cfg)
			require.NoError(t, err, "an end is not an error")
			require.Equal(t, tc.end, r.End)
			require.Equal(t, tc.end == flow.EndCompleted, r.OK())
			require.Equal(t, tc.reason, r.Reason)
			settle, _ := r.Step(flow.StepSettle)
			require.Equal(t, tc.status, settle.Status)
		})
	}
}

func TestPatience(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		set   func(*flow.Config)
		limit string
	}{
		{"time", func(c *flow.Config) { c.Patience = 30 * time.Second }, "Config.Patience, 30s"},
		{"polls", func(c *flow.Config) { c.Idle = func(context.Context) error { return nil } }, "Config.MaxPolls"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			v, _, cfg := start(t)
			v.road("PENDING FROZEN", "")
			tc.set(&cfg)
			r, err := flow.Run(t.Context(), cfg)
			var late *flow.PatienceError
			require.ErrorAs(t, err, &late)
			require.Equal(t, "FROZEN", late.State)
			require.Contains(t, late.Error(), tc.limit)
			require.Equal(t, flow.EndUnsettled, r.End)
			require.Equal(t, flow.ReasonPatience, r.Reason)
		})
	}
}

func TestIdleMovesTheClock(t *testing.T) {
	t.Parallel()
	_, k, cfg := start(t)
	idles := 0
	cfg.Idle = func(context.Context) error { idles++; return nil }
	_, err := flow.Run(t.Context(), cfg)
	require.NoError(t, err)
	require.Equal(t, 2, idles)
	require.Empty(t, k.waits)

	boom := errors.New("the clock is stuck")
	_, _, cfg = start(t)
	cfg.Idle = func(context.Context) error { return boom }
	r, err := flow.Run(t.Context(), cfg)
	require.ErrorIs(t, err, boom)
	require.Equal(t, flow.StepSettle, r.FailedStep)
}

func TestRelationshipIsWaitedFor(t *testing.T) {
	t.Parallel()
	pending := answer(200, "application/json", `{"id":"5e6f80963c3477ba9dc1f98a","status":"PENDING"}`)
	v, k, cfg := start(t)
	v.misbehave(pathRelation, pending)
	v.misbehave(pathRelGet, pending)
	_, err := flow.Run(t.Context(), cfg)
	require.NoError(t, err)
	require.Equal(t, 2, v.hit(pathRelGet))
	require.Equal(t, time.Second, k.waits[0])

	v.misbehave(pathRelation, pending)
	v.misbehave(pathRelGet, answer(200, "application/json",
		`{"id":"5e6f80963c3477ba9dc1f98a","status":"CANCELED","cancellation":{"reason":"EXHAUSTED_MICRO_DEPOSIT_ATTEMPTS"}}`))
	r, err := flow.Run(t.Context(), cfg)
	require.ErrorContains(t, err, "is CANCELED: EXHAUSTED_MICRO_DEPOSIT_ATTEMPTS")
	require.Equal(t, flow.ReasonRelationship, r.Reason)
}

func TestRelationshipIsNotMadeTwice(t *testing.T) {
	t.Parallel()
	v, _, cfg := start(t)
	cfg.MaxPolls = 1
	v.misbehave(pathRelation, answer(200, "application/json", `{"id":"5e6f80963c3477ba9dc1f98a","status":"PENDING"}`))
	c, err := flow.New(cfg)
	require.NoError(t, err)
	_, err = c.Relationship(t.Context())
	require.ErrorContains(t, err, "ACH relationship 5e6f80963c3477ba9dc1f98a is still PENDING after 1 polls")
	id, err := c.Relationship(t.Context())
	require.NoError(t, err)
	require.Equal(t, "5e6f80963c3477ba9dc1f98a", id)
	require.Equal(t, 1, v.hit(pathRelation))
	_, err = c.Relationship(t.Context())
	require.NoError(t, err)
	require.Equal(t, 2, v.hit(pathRelation), "asked for again, it is a new one")
}

func TestAccountChoice(t *testing.T) {
	t.Parallel()
	two := `{"accounts":[{"account_id":"a1","mask":"0000","name":"One","type":"depository","subtype":"checking"},
		{"account_id":"a2","mask":"0000","name":"Two","type":"depository","subtype":"checking"}]}`
	for _, tc := range []struct{ name, reply, mask, account, id, wrong string }{
		{"first checking", two, "", "", "a1", ""},
		{"by name", two, "", "two", "a2", ""},
		{"by both", two, "0000", "Two", "a2", ""},
		{"two with the mask", two, "0000", "", "", "no single account with mask 0000; the Item has 0000 One (depository"},
		{"no such mask", two, "9", "", "", "no single account with mask 9"},
		{"no accounts", `{"accounts":[]}`, "", "", "", "no depository/checking account: the Item has no accounts"},
		{"null", `{"accounts":null}`, "", "", "", "the Item has no accounts"},
		{
			"no checking", `{"accounts":[{"account_id":"a","mask":"3","name":"Card","type":"credit","subtype":"credit card"}]}`,
			"", "", "", "no single depository/checking account; the Item has 3 Card (credit/credit card)",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			v, _, cfg := start(t)
			v.misbehave(pathAccounts, answer(200, "application/json", tc.reply))
			cfg.AccountMask, cfg.AccountName = tc.mask, tc.account
			c, err := flow.New(cfg)
			require.NoError(t, err)
			a, err := c.Accounts(t.Context())
			if tc.wrong != "" {
				require.ErrorContains(t, err, tc.wrong)
				require.Equal(t, flow.ReasonAccount, c.Result().Reason)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tc.id, a.ID)
		})
	}
}
