package emulator_test

import (
	"flag"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/emulator"
)

// update records the golden files anew: go test ./emulator -update, then look at the diff.
var update = flag.Bool("update", false, "record the golden files anew")

const goldenDir = "testdata/golden"

// golden walks one world and compares every request and reply with its file.
type golden struct {
	*client
	seen map[string]bool // METHOD path, as the contract has it
}

// call makes a call and compares it with the file of this name. route is the path as the
// contract has it.
func (g *golden) call(name, method, route, path, body string) reply {
	g.t.Helper()
	g.seen[method+" "+route] = true
	got := g.send(method, path, body)
	require.Less(g.t, got.Status, 300, "%s: %s", path, got.Body)
	var text strings.Builder
	fmt.Fprintf(&text, "%s %s\n%s\n\n%d\n", method, path, body, got.Status)
	for _, header := range sortedHeaders(got.Header) {
		text.WriteString(header + "\n")
	}
	text.WriteString("\n" + got.Body + "\n")
	compareGolden(g.t, name, text.String())
	return got
}

// sortedHeaders are the lines of a header but for Date, which is wall time.
func sortedHeaders(h http.Header) []string {
	var lines []string
	for name, values := range h {
		if name != "Date" {
			lines = append(lines, name+": "+strings.Join(values, ", "))
		}
	}
	slices.Sort(lines)
	return lines
}

func compareGolden(t testing.TB, name, text string) {
	t.Helper()
	file := filepath.Join(goldenDir, name+".txt")
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		return
	}
	wanted, err := os.ReadFile(file)
	require.NoError(t, err, "record it with go test ./emulator -update")
	require.Equal(t, string(wanted), text, name)
}

// plaid is call for JSON to a path without parameters.
func (g *golden) plaid(path string, body fields) reply {
	g.t.Helper()
	return g.call(strings.Trim(strings.ReplaceAll(path, "/", "-"), "-"), http.MethodPost, path, path, body.json())
}

// TestGolden has one recorded call for every operation of today that behaves, all of one
// world of seed 1. Those that Plaid dropped have theirs beside Plaid's other versions.
func TestGolden(t *testing.T) {
	t.Parallel()
	if *update {
		require.NoError(t, os.RemoveAll(goldenDir))
		require.NoError(t, os.MkdirAll(goldenDir, 0o700))
	}
	emu := emulator.RunT(t, emulator.Options{Scenario: webhookScenario(), PublicURL: "http://tweed.test"})
	g := &golden{
		client: &client{t: t, base: "http://" + emu.Addr(), world: "golden", http: http.DefaultClient}, seen: map[string]bool{},
	}
	processor := g.plaidCalls(emu.World("golden"))
	g.sentinelCalls(processor)
	g.certificationCalls(emu.World("golden"), processor)
	g.permissionCalls(processor)
	g.updatePlaidCall(processor)
	g.institutionCalls()
	g.transactionCalls()
	g.productCalls(emu)
	g.linkCalls(emu.World("golden"))
	calls := fires(emu.World("golden").Items()[0].ItemID)
	for _, path := range slices.Sorted(maps.Keys(calls)) {
		g.plaid(path, calls[path])
	}

	for _, route := range emulator.Routes() {
		if route.Depth == "stateful" && route.Dropped == "" {
			require.True(t, g.seen[route.Method+" "+route.Path], "no golden call for %s %s", route.Method, route.Path)
		}
	}
	require.Len(t, filesIn(t, goldenDir), len(g.seen), "a file that no call writes")
}

func (g *golden) plaidCalls(w emulator.World) (processor string) {
	g.t.Helper()
	link := g.plaid("/link/token/create", fields{
		"client_name": "Tweed & Co", "country_codes": []string{"US"}, "language": "en", "products": []string{"auth"},
		"user": fields{"client_user_id": "user-1"}, "webhook": "https://app.example.com/hook", "hosted_link": fields{},
	})
	g.plaid("/link/token/get", fields{"link_token": link.text("link_token")})
	public := g.plaid("/sandbox/public_token/create", fields{
		"institution_id": platypus, "initial_products": []string{"auth"},
		"options": fields{"webhook": "https://app.example.com/hook", "override_username": "user_good", "override_password": "pass_good"},
	})
	item := g.plaid("/item/public_token/exchange", fields{"public_token": public.text("public_token")})
	token := fields{"access_token": item.text("access_token")}
	g.plaid("/item/get", token)
	accounts := accountIDs(g.plaid("/accounts/get", token))
	g.plaid("/accounts/balance/get", fields{"access_token": token["access_token"], "options": fields{"account_ids": accounts[:2]}})
	g.plaid("/auth/get", token)
	g.plaid("/identity/get", fields{"access_token": token["access_token"], "options": fields{"account_ids": accounts[1:2]}})
	pair := fields{"access_token": token["access_token"], "account_id": accounts[0]}
	g.plaid("/processor/apex/processor_token/create", pair)
	g.plaid("/item/processor_token/apex/create", pair)
	g.plaid("/processor/stripe/bank_account_token/create", pair)
	processor = g.plaid("/processor/token/create", fields{
		"access_token": token["access_token"], "account_id": accounts[0], "processor": "apex_clearing",
	}).text("processor_token")
	for _, path := range []string{"account", "auth", "balance", "identity"} {
		g.plaid("/processor/"+path+"/get", fields{"processor_token": processor})
	}
	g.plaid("/sandbox/processor_token/create", fields{"institution_id": gingham})
	again := g.plaid("/item/public_token/create", token)
	g.plaid("/exchange_token", fields{
		"client_id": g.inWorld(clientID), "secret": secret, "public_token": again.text("public_token"), "account_id": accounts[0],
	})
	g.plaid("/webhook_verification_key/get", fields{"key_id": "6c5516e1-92dc-479e-a8ff-5a51992e0001"})
	given := fields{"access_token": w.Items()[0].AccessToken}
	for _, item := range w.Items() {
		if item.Alias == "alice" {
			given = fields{"access_token": item.AccessToken}
		}
	}
	g.plaid("/sandbox/item/reset_login", given)
	rotated := g.plaid("/item/access_token/invalidate", given)
	g.plaid("/item/remove", fields{"access_token": rotated.text("new_access_token")})
	return processor
}

// productCalls are those of the products beyond funding, in a world of their own. Of several
// calls of an operation the first is recorded.
func (g *golden) productCalls(emu *emulator.Emulator) {
	g.t.Helper()
	of := *g.client
	of.world = "products"
	own := &golden{client: &of, seen: map[string]bool{}}
	tour{
		call: func(path string, body fields) reply {
			g.t.Helper()
			if route := http.MethodPost + " " + path; g.seen[route] || own.seen[route] {
				return own.ok(path, body)
			}
			return own.plaid(path, body)
		},
		advance: emu.World("products").Advance,
	}.walk()
	maps.Copy(g.seen, own.seen)
}

// permissionCalls change a processor token.
func (g *golden) permissionCalls(processor string) {
	g.t.Helper()
	g.plaid("/processor/token/permissions/set", fields{
		"processor_token": processor, "products": []string{"identity", "auth"},
	})
	g.plaid("/processor/token/permissions/get", fields{"processor_token": processor})
	g.plaid("/processor/token/webhook/update", fields{
		"processor_token": processor, "webhook": "https://partner.example.com/hook",
	})
}

func (g *golden) institutionCalls() {
	g.t.Helper()
	us := []string{"US"}
	g.plaid("/institutions/get", fields{"count": 2, "offset": 0, "country_codes": us})
	g.plaid("/institutions/get_by_id", fields{
		"institution_id": platypus, "country_codes": us,
		"options": fields{"include_optional_metadata": true, "include_auth_metadata": true, "include_status": true},
	})
	g.plaid("/institutions/search", fields{"query": "royal bank", "country_codes": []string{"GB"}, "options": fields{
		"include_payment_initiation_metadata": true,
	}})
}

// fires are good calls of the Sandbox's that send webhooks, by path.
func fires(item string) map[string]fields {
	const hook = "http://127.0.0.1:9/hook"
	return map[string]fields{
		"/sandbox/income/fire_webhook": {"item_id": item, "webhook": hook, "webhook_code": "INCOME_VERIFICATION"},
		"/sandbox/bank_income/fire_webhook": {
			"webhook_code": "BANK_INCOME_REFRESH_UPDATE", "webhook_fields": fields{"user_id": "u"}, "webhook_override": hook,
		},
		"/sandbox/user/fire_webhook": {
			"user_id": "u", "webhook": hook, "webhook_code": "CHECK_REPORT_READY", "webhook_type": "CHECK_REPORT",
		},
		"/sandbox/user/reset_login": {"user_id": "u"},
	}
}

// transactionCalls are of an Item whose transactions change, and of a partner at it.
func (g *golden) transactionCalls() {
	g.t.Helper()
	item := fields{"access_token": g.plaid("/item/import", fields{
		"products": []string{"transactions"}, "user_auth": fields{"user_id": "user_transactions_dynamic", "auth_token": "x"},
	}).text("access_token")}
	g.plaid("/item/webhook/update", merged(item, fields{"webhook": "https://app.example.com/new"}))
	g.plaid("/sandbox/item/fire_webhook", merged(item, fields{"webhook_code": "DEFAULT_UPDATE", "webhook_type": "TRANSACTIONS"}))
	cursor := g.ok("/transactions/sync", merged(item, fields{"cursor": "now"})).text("next_cursor")
	g.plaid("/sandbox/transactions/create", merged(item, fields{"transactions": []fields{{
		"amount": 12.5, "date_posted": "2026-01-07", "date_transacted": "2026-01-06", "description": "A purchase",
	}}}))
	g.plaid("/transactions/refresh", item)
	g.plaid("/transactions/sync", merged(item, fields{"cursor": cursor, "count": 6}))

	item = fields{"access_token": g.accessToken()}
	week := fields{"start_date": "2025-12-11", "end_date": "2025-12-17", "options": fields{"count": 2}}
	g.plaid("/transactions/get", merged(item, week))
	g.plaid("/transactions/recurring/get", item)
	partner := fields{"processor_token": g.ok("/processor/token/create", merged(item, fields{
		"processor": "dwolla", "account_id": accountIDs(g.ok("/accounts/get", item))[1],
	})).text("processor_token")}
	g.plaid("/processor/transactions/get", merged(partner, week))
	g.plaid("/processor/transactions/sync", merged(partner, fields{"count": 2}))
	g.plaid("/processor/transactions/refresh", partner)
	g.plaid("/processor/transactions/recurring/get", partner)
}

// sentinelCalls walks both versions of the paths that have two.
func (g *golden) sentinelCalls(processor string) {
	g.t.Helper()
	get := func(name, route, path string) reply {
		g.t.Helper()
		return g.call(name, http.MethodGet, route, path, "")
	}
	jws := loginJWS(g.inWorld("apexuser"), "correspondent.TWEED", "shared")
	g.call("legit-token-post", http.MethodPost, "/legit/api/v1/cc/token", "/legit/api/v1/cc/token", fields{"jws": jws}.json())
	g.jwt = get("legit-token-get", "/legit/api/v1/cc/token", "/legit/api/v1/cc/token?jws="+jws).Body
	for _, version := range []string{"v1", "v2"} {
		base := "/sentinel/api/" + version + "/ach_relationships"
		made := g.call("sentinel-"+version+"-relationship-create", http.MethodPost, base, base, fields{
			"account": "3TW05057", "nickname": "golden", "approvalMethod": "PLAID_TOKEN", "plaidProcessorToken": processor,
		}.json()).text("id")
		get("sentinel-"+version+"-relationship-get", base+"/{relationshipId}", base+"/"+made)
		get("sentinel-"+version+"-relationship-list", base, base+"?account=3TW05057&status=APPROVED")
		if version == "v1" {
			g.transferCalls(made)
		}
		g.call("sentinel-"+version+"-relationship-cancel", http.MethodPost, base+"/{relationshipId}/cancel",
			base+"/"+made+"/cancel", fields{"comment": "closed"}.json())
	}
	events := "/ale/api/v1/read/sentinel-ach-transfer-status/TWEED?highWaterMark=1&limit=3&streamType=LONG_POLL&timeoutSeconds=60"
	get("ale-read", "/ale/api/v1/read/{topic}/{correspondent}", events)
	g.legitCalls()
}

func (g *golden) transferCalls(relationship string) {
	g.t.Helper()
	const transfers, simulation = "/sentinel/api/v1/transfers/achs/", "/sentinel/api/v1/test/simulation/achs/"
	deposit := g.call("sentinel-deposit-create", http.MethodPost, transfers+"incoming", transfers+"incoming", fields{
		"externalTransferId": "golden-1", "amount": "1500.25", "achRelationshipId": relationship,
	}.json()).text("transferId")
	withdrawal := g.call("sentinel-withdrawal-create", http.MethodPost, transfers+"outgoing", transfers+"outgoing", fields{
		"externalTransferId": "golden-2", "amount": 25.5, "achRelationshipId": relationship, "disbursementType": "PARTIAL_BALANCE",
		"iraDetails": fields{
			"distributionReason": "NORMAL", "federalTaxWithholding": fields{"valueType": "PERCENTAGE", "value": "10"},
		},
	}.json()).text("transferId")
	g.call("sentinel-simulate-approve", http.MethodPost, simulation+"{transferId}/approve", simulation+deposit+"/approve", "")
	g.call("sentinel-simulate-reject", http.MethodPost, simulation+"{transferId}/reject", simulation+withdrawal+"/reject", "")
	g.call("sentinel-transfer-get", http.MethodGet, transfers+"{transferId}", transfers+withdrawal, "")
	g.call("sentinel-transfer-cancel", http.MethodPost, transfers+"{transferId}/cancel", transfers+deposit+"/cancel",
		fields{"comment": "changed my mind"}.json())
}

// legitCalls needs the JWT in the header, as Sentinel's calls do.
func (g *golden) legitCalls() {
	g.t.Helper()
	for _, version := range []string{"v1", "v2"} {
		path := "/legit/api/" + version + "/verify"
		g.call("legit-"+version+"-verify", http.MethodGet, path, path, "")
	}
	g.call("legit-logout", http.MethodGet, "/legit/api/v1/logout", "/legit/api/v1/logout", "")
}

// TestEveryPlaidReplyIsEvery: the helper of other tests has all operations of Plaid that behave
// and that it has today.
func TestEveryPlaidReplyIsEvery(t *testing.T) {
	t.Parallel()
	replies := everyPlaidReply(newClient(t, emulator.RunT(t), ""))
	for _, route := range emulator.Routes() {
		if route.Depth == "stateful" && route.Family == "plaid" && route.Dropped == "" {
			_, ok := replies[route.Path]
			require.True(t, ok, "no reply of %s", route.Path)
		}
	}
}
