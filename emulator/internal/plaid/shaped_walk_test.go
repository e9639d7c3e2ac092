package plaid

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/contract"
)

// known are a world's real tokens and ids, by the names of the fields that take them.
type known map[string]any

// know makes one of everything. The public token is for one call.
func (s *tester) know() known {
	s.t.Helper()
	access := s.accessToken("auth", "identity")
	return known{
		"access_token": access, "access_tokens": []any{access}, "account_id": s.accountID(access, "0000"),
		"processor_token": s.processorToken(access, "dwolla"), "link_token": s.linkToken(nil).text("link_token"),
		"public_token": s.publicToken(),
	}
}

// minimal is the smallest good body of an operation, with the tokens that it takes at the
// top level or has to have below.
func (k known) minimal(op *contract.Op) object {
	return op.Minimal(func(path string) (any, bool) {
		parent, name := "", path
		if at := strings.LastIndexByte(path, '.'); at >= 0 {
			parent, name = path[:at], path[at+1:]
		}
		v, ok := k[name]
		return v, ok && (parent == "" || strings.HasSuffix(parent, "funding_account"))
	})
}

// call sends a body to an operation of any method.
func (s *tester) call(op *contract.Op, body object) reply {
	s.t.Helper()
	path := strings.NewReplacer("{", "", "}", "").Replace(op.Path)
	keys := []string{"Plaid-Client-Id", "client", "Plaid-Secret", "secret", "Content-Type", "application/json"}
	if op.Method == http.MethodGet {
		return s.raw(op.Method, path, "", keys...)
	}
	text, err := json.Marshal(body)
	require.NoError(s.t, err)
	return s.raw(op.Method, path, string(text), keys...)
}

// plaidOps are the operations of Plaid's contract; consuming ones, which end what others
// need, come last.
func plaidOps() []*contract.Op {
	ending := regexp.MustCompile(`^/item/(remove|access_token/invalidate)$|^/sandbox/item/reset_login$`)
	all := slices.DeleteFunc(contract.Ops(), func(op *contract.Op) bool {
		return op.Family != "plaid" || op.Dropped != "" // versions_test.go has what was dropped
	})
	slices.SortStableFunc(all, func(a, b *contract.Op) int {
		return strings.Compare(ending.FindString(a.Path), ending.FindString(b.Path))
	})
	return all
}

// walk calls every operation well, each with fresh tokens, and returns the bodies.
func walk(t *testing.T, seed uint64) map[*contract.Op]reply {
	t.Helper()
	s := serveSeed(t, seed)
	k := s.know()
	out := map[*contract.Op]reply{}
	for _, op := range plaidOps() {
		if strings.HasPrefix(op.Path, "/item/remove") || strings.HasPrefix(op.Path, "/sandbox/item/reset_login") {
			k = s.know()
		}
		if op.Field("public_token") {
			k["public_token"] = s.publicToken()
		}
		body := k.minimal(op)
		if op.Path == "/webhook_verification_key/get" {
			body["key_id"] = webhookKeyID
		}
		if op.Path == "/link/token/create" {
			delete(body, "access_token")
			body["products"] = []string{"auth"}
		}
		if op.Path == "/sandbox/item/fire_webhook" { // fires only for an Item that has one
			s.post("/item/webhook/update", object{"access_token": k["access_token"], "webhook": "https://example.com/hook"})
		}
		if op.Path == "/item/import" {
			body["products"] = []string{"transactions"}
			body["user_auth"] = object{"user_id": userDynamic, "auth_token": "x"}
		}
		if op.Path == "/sandbox/transactions/create" { // for that test user's Items only
			body["access_token"] = s.dynamicToken(nil)
		}
		if op.Path == "/processor/token/permissions/set" {
			body["products"] = []string{} // permits all: the token is used on
		}
		out[op] = s.call(op, sensible(op, body))
	}
	return out
}

// sensible names an institution that exists, and money and an entry of the kinds that there
// are, where one has to.
func sensible(op *contract.Op, body object) object {
	if _, ok := body["institution_id"]; ok && op.Field("institution_id") {
		body["institution_id"] = "ins_109508"
	}
	if _, ok := body["initial_products"]; ok {
		body["initial_products"] = []string{"auth"}
	}
	if _, ok := body["amount"].(string); ok {
		body["amount"] = "10.00"
	}
	if _, ok := body["iso_currency_code"]; ok {
		body["iso_currency_code"] = "USD"
	}
	if body["network"] == "ach" && op.Field("ach_class") {
		body["ach_class"] = "ppd"
	}
	return body
}

// chained are the operations that behave and refuse the smallest request: they need what
// another call has made, or more than the contract says. Their chapters' tests and the
// recorded answers have good ones.
func chained() map[string]bool {
	out := map[string]bool{}
	for _, path := range strings.Fields(`
		/asset_report/audit_copy/create /asset_report/audit_copy/get /asset_report/audit_copy/pdf/get
		/asset_report/audit_copy/remove /asset_report/filter /asset_report/get /asset_report/pdf/get
		/asset_report/refresh /asset_report/remove
		/bank_transfer/cancel /bank_transfer/get /bank_transfer/migrate_account /sandbox/bank_transfer/simulate
		/identity_verification/create /identity_verification/get /identity_verification/retry
		/payment_initiation/payment/create /payment_initiation/payment/get
		/payment_initiation/payment/token/create /payment_initiation/recipient/create
		/payment_initiation/recipient/get /sandbox/payment/simulate
		/processor/investments/holdings/get /processor/investments/transactions/get /processor/liabilities/get
		/processor/signal/decision/report /processor/signal/return/report /signal/evaluate /signal/return/report
		/sandbox/transfer/ledger/deposit/simulate /sandbox/transfer/ledger/withdraw/simulate
		/sandbox/transfer/refund/simulate /sandbox/transfer/simulate
		/sandbox/item/set_verification_status /sandbox/oauth/select_accounts
		/statements/download /statements/list /statements/refresh
		/transfer/authorization/cancel /transfer/cancel /transfer/create /transfer/get /transfer/migrate_account
		/transfer/refund/cancel /transfer/refund/create /transfer/refund/get /transfer/sweep/get
		/watchlist_screening/individual/get /watchlist_screening/individual/update`) {
		out[path] = true
	}
	return out
}

// TestShapedReplies: every operation answers a minimal good request, but for those that are
// chained, and what it answers is what the contract says, and the same bytes for the same
// seed.
func TestShapedReplies(t *testing.T) {
	t.Parallel()
	first, again := walk(t, 1), walk(t, 1)
	require.Greater(t, len(first), 350)
	needing := chained()
	for op, r := range first {
		require.Equal(t, r.Body, again[op].Body, op.Path)
		require.NotEqual(t, "none", r.Header.Get("Tweed-Depth"), op.Path)
		if needing[op.Path] {
			require.Equal(t, "stateful", r.Header.Get("Tweed-Depth"), op.Path)
			refused := []int{http.StatusBadRequest, http.StatusNotFound}
			require.Contains(t, refused, r.Status, "%s is not chained: %s", op.Path, r.Body)
			delete(needing, op.Path)
			continue
		}
		require.Equal(t, http.StatusOK, r.Status, "%s: %s", op.Path, r.Body)
		if op.Media == "application/json" {
			require.Empty(t, op.CheckReply(r.Fields), "%s\n%s", op.Path, r.Body)
		} else {
			require.Equal(t, op.Media, r.Header.Get("Content-Type"), op.Path)
		}
	}
	require.Empty(t, needing, "no such operation")
}

// ids finds what a world makes: UUIDs and ids of Plaid's alphabet.
var ids = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}|"[13-9A-NP-XZa-z]{37,38}"`)

// TestShapedSeeds: no id of one seed is met under another, and none is the example's.
func TestShapedSeeds(t *testing.T) {
	t.Parallel()
	one, two := walk(t, 1), walk(t, 2)
	found := 0
	for op, r := range one {
		if op.Path == "/webhook_verification_key/get" { // its key id is Plaid's
			continue
		}
		for _, id := range ids.FindAllString(r.Body, -1) {
			found++
			require.NotContains(t, two[op].Body, id, op.Path)
			require.NotContains(t, string(op.Example()), id, op.Path)
		}
		if id := r.text("request_id"); id != "" {
			require.NotEqual(t, id, two[op].text("request_id"))
		}
	}
	require.Greater(t, found, 500)
}
