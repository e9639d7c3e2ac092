package flow_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/cmd/tweed/flow"
)

const firstID = "00000000-0000-4000-8000-000000000001"

// TestLostDeposit loses the answer to a deposit that Sentinel has taken.
func TestLostDeposit(t *testing.T) {
	t.Parallel()
	body := `{"transferId":"20260105000001","externalTransferId":"` + firstID + `","state":"PENDING","amount":`
	conflict := `{"error":"Conflict","message":"duplicate externalTransferId","transferId":20260105000001}`
	for _, tc := range []struct {
		name  string
		lose  []http.HandlerFunc
		once  bool
		found bool
		text  string
	}{
		{"before it was taken", []http.HandlerFunc{unavailable()}, false, true, ""},
		{"cut off behind the id", []http.HandlerFunc{cut(body)}, false, true, ""},
		{"broken JSON behind the id", []http.HandlerFunc{answer(200, "application/json", body)}, false, true, ""},
		{"the refusal names it", []http.HandlerFunc{reset, answer(409, "application/json", conflict)}, false, true, ""},
		{"nothing names it", []http.HandlerFunc{reset}, false, false, "now Sentinel refuses externalTransferId " + firstID},
		{"not repeated", []http.HandlerFunc{reset}, true, false, "look for externalTransferId " + firstID},
		{"not repeated but named", []http.HandlerFunc{cut(body)}, true, true, ""},
		{
			"all attempts lost",
			[]http.HandlerFunc{reset, reset, reset, reset},
			false, false,
			"look for externalTransferId " + firstID,
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			v, _, cfg := start(t)
			cfg.TransferOnce = tc.once
			for i, lose := range tc.lose {
				if i == 0 && tc.name != "before it was taken" {
					lose = v.after(lose)
				}
				v.misbehave(pathIncoming, lose)
			}
			r, err := flow.Run(t.Context(), cfg)
			require.Equal(t, 1, v.taken(), "one transfer at the vendor")
			if tc.once {
				require.Equal(t, 1, v.hit(pathIncoming))
			}
			if tc.found {
				require.NoError(t, err)
				require.Equal(t, flow.EndCompleted, r.End)
				return
			}
			require.ErrorContains(t, err, tc.text)
			require.Equal(t, flow.StepDeposit, r.FailedStep)
		})
	}
}

// TestDuplicateOfAnother is a refusal of the first attempt: the id is not ours, so it is Sentinel's plain error.
func TestDuplicateOfAnother(t *testing.T) {
	t.Parallel()
	v, _, cfg := start(t)
	v.taken(firstID)
	r, err := flow.Run(t.Context(), cfg)
	require.EqualError(t, err, "step deposit: sentinel: Conflict: duplicate externalTransferId "+
		"(HTTP 409 Conflict, request id apex-1)")
	require.Equal(t, "Conflict", r.Reason)
}

// TestStepAgainKeepsTheKey runs a step that failed once more: the transfer has the same key, and one that exists is
// not made again.
func TestStepAgainKeepsTheKey(t *testing.T) {
	t.Parallel()
	v, _, cfg := start(t)
	cfg.Attempts = 1
	c, err := flow.New(cfg)
	require.NoError(t, err)
	v.misbehave(pathIncoming, unavailable())
	_, err = c.Deposit(t.Context())
	var unsure *flow.UnsureError
	require.ErrorAs(t, err, &unsure)

	no := answer(403, "application/json", `{"error":"forbidden","message":"no simulation here"}`)
	v.misbehave(pathApprove, no)
	_, err = c.Deposit(t.Context())
	require.ErrorContains(t, err, "no simulation here")
	require.Equal(t, firstID, v.body(pathIncoming, 1)["externalTransferId"])

	_, err = c.Deposit(t.Context())
	require.NoError(t, err)
	require.Equal(t, 2, v.hit(pathIncoming), "the transfer exists, only its approval was missing")
	require.Equal(t, 2, v.hit(pathApprove))
	require.Equal(t, flow.End(""), c.Result().End)
}

// TestApproval loses the answer to the approval, which has no key but an effect that can be read.
func TestApproval(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		lose func(*vendor) http.HandlerFunc
		hits int
	}{
		{"before it was done", func(*vendor) http.HandlerFunc { return reset }, 2},
		{"after it was done", func(v *vendor) http.HandlerFunc { return v.after(unavailable()) }, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			v, _, cfg := start(t)
			v.misbehave(pathApprove, tc.lose(v))
			r, err := flow.Run(t.Context(), cfg)
			require.NoError(t, err)
			require.Equal(t, flow.EndCompleted, r.End)
			require.Equal(t, tc.hits, v.hit(pathApprove))
		})
	}
	t.Run("not in a target without test mode", func(t *testing.T) {
		t.Parallel()
		v, _, cfg := start(t)
		cfg.Sentinel.Simulate = false
		r, err := flow.Run(t.Context(), cfg)
		require.ErrorContains(t, err, "transfer 20260105000001 is still PENDING")
		require.Zero(t, v.hit(pathApprove))
		require.Equal(t, flow.EndUnsettled, r.End)
	})
	t.Run("not needed", func(t *testing.T) {
		t.Parallel()
		v, _, cfg := start(t)
		v.road("APPROVED COMPLETE", "")
		_, err := flow.Run(t.Context(), cfg)
		require.NoError(t, err)
		require.Zero(t, v.hit(pathApprove))
	})
}

// TestWrongTransfer has answers that are about something else.
func TestWrongTransfer(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, body, text string }{
		{"other id", `{"transferId":"1","externalTransferId":"x","state":"PENDING"}`, "externalTransferId x, not about"},
		{"other amount", `{"transferId":"1","state":"PENDING","amount":"10.00"}`, "is about 10.00 dollars, not 100.00"},
		{"no id", `{"state":"PENDING","amount":100}`, "no transferId or no state"},
		{"no state", `{"transferId":1}`, "no transferId or no state"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			v, _, cfg := start(t)
			v.misbehave(pathIncoming, answer(200, "application/json", tc.body))
			_, err := flow.Run(t.Context(), cfg)
			require.ErrorContains(t, err, tc.text)
			require.Equal(t, 1, v.hit(pathIncoming))
		})
	}
}
