package emulator_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/emulator"
	"tweed/emulator/scenario"
)

// factCase is one real call that answers a fact.
type factCase struct {
	family, fact string
	call         scenario.Calls
	yes, no      any // what a rule asks that must match, and must not
	send         func(p *people) reply
}

// people is what the calls of TestFacts are about: a given Item with its tokens, and a
// relationship with a deposit at Sentinel.
type people struct {
	*client
	access, first, second    string // of the given Item and its first two accounts
	processor                string // of the first account, for Apex
	relationship, transferID string
}

// population is the scenario of TestFacts.
const population = `
given:
  items: [{as: alice, client_user_id: u-1, products: [auth, identity]}]
`

// populate makes what the calls are about, before the rule is there.
func populate(t *testing.T, emu *emulator.Emulator) *people {
	t.Helper()
	p := &people{client: newClient(t, emu, "facts")}
	alice := emu.World("facts").Items()[0]
	p.access, p.first, p.second = alice.AccessToken, alice.Accounts[0].ID, alice.Accounts[1].ID
	p.processor = p.processorToken(item{access: p.access, accounts: []string{p.first}})
	p.login()
	p.relationship = p.client.relationship(p.processor).text("id")
	p.transferID = p.deposit(p.relationship, "ext-1", "12.34").text("transferId")
	return p
}

func (p *people) plaid(path string, body fields) reply {
	body["client_id"], body["secret"] = p.inWorld(clientID), secret
	return p.post(path, body)
}

func (p *people) processorAccount() reply {
	return p.plaid("/processor/account/get", fields{"processor_token": p.processor})
}

func (p *people) itemGet() reply { return p.plaid("/item/get", fields{"access_token": p.access}) }

func (p *people) publicTokenOfAlice() string {
	return p.ok("/item/public_token/create", fields{"access_token": p.access}).text("public_token")
}

func (p *people) exchange() reply {
	return p.plaid("/item/public_token/exchange", fields{"public_token": p.publicTokenOfAlice()})
}

func (p *people) oldExchange() reply {
	return p.plaid("/exchange_token", fields{"public_token": p.publicTokenOfAlice(), "account_id": p.first})
}

func (p *people) linkTokenCreate() reply {
	return p.plaid("/link/token/create", fields{
		"client_name": "Tweed", "country_codes": []string{"US"}, "language": "en", "products": []string{"auth"},
		"user": fields{"client_user_id": "u-2"},
	})
}

func (p *people) linkTokenGet() reply {
	token := p.linkTokenCreate().text("link_token")
	return p.plaid("/link/token/get", fields{"link_token": token})
}

func (p *people) sandboxPublicToken() reply {
	return p.plaid("/sandbox/public_token/create", fields{
		"institution_id": platypus, "initial_products": []string{"transactions"},
		"options": fields{"override_username": "user_returns"},
	})
}

func (p *people) newRelationship() reply {
	return p.post("/sentinel/api/v1/ach_relationships", fields{
		"account": "3TW05057", "nickname": "n", "approvalMethod": "PLAID_TOKEN", "plaidProcessorToken": p.processor,
	})
}

func (p *people) transfer() reply {
	return p.get("/sentinel/api/v1/transfers/achs/" + p.transferID)
}

func (p *people) newDeposit() reply {
	return p.post("/sentinel/api/v1/transfers/achs/incoming", fields{
		"externalTransferId": "ext-2", "amount": "99.00", "achRelationshipId": p.relationship,
	})
}

func (p *people) legitLogin() reply {
	return p.post("/legit/api/v1/cc/token", fields{"jws": loginJWS(p.inWorld("apexuser"), "correspondent.TWEED", "s")})
}

func (p *people) ale() reply {
	return p.get("/ale/api/v1/read/sentinel-ach-transfer-status/TWEED?highWaterMark=0")
}

// linkUpdate makes a token for update mode of alice's Item.
func (p *people) linkUpdate() string {
	return p.ok("/link/token/create", fields{
		"client_name": "Tweed", "country_codes": []string{"US"}, "language": "en", "access_token": p.access,
		"user": fields{"client_user_id": "u-2"}, "update": fields{"account_selection_enabled": true},
	}).text("link_token")
}

func (p *people) linkStep() reply {
	session := p.ok(linkSession+"open", fields{"link_token": p.linkUpdate()}).text("link_session_id")
	return p.post(linkSession+"step", fields{"link_session_id": session, "action": "continue"})
}

func (p *people) linkLogin() reply {
	session := p.ok(linkSession+"open", fields{
		"key": p.inWorld("public-key"), "product": []string{"transactions"}, "institution_id": gingham,
	}).text("link_session_id")
	return p.post(linkSession+"step", fields{
		"link_session_id": session, "action": "credentials", "username": "user_returns", "password": "pass_good",
	})
}

func (p *people) linkOpen() reply {
	return p.post(linkSession+"open", fields{"key": p.inWorld("public-key"), "product": []string{"auth"}})
}

func (p *people) linkOAuth() reply {
	return p.post(linkSession+"oauth", fields{"oauth_state_id": p.atOAuthBank().state, "decision": "approve"})
}

// The calls of TestFacts.
const (
	callAccount      = scenario.Calls("/processor/account/get")
	callItem         = scenario.Calls("/item/get")
	callExchange     = scenario.Calls("/item/public_token/exchange")
	callOld          = scenario.Calls("/exchange_token")
	callLinkCreate   = scenario.Calls("/link/token/create")
	callLinkGet      = scenario.Calls("/link/token/get")
	callSandbox      = scenario.Calls("/sandbox/public_token/create")
	callRelationship = scenario.Calls("/sentinel/api/v1/ach_relationships")
	callTransfer     = scenario.Calls("GET /sentinel/api/v1/transfers/achs/{transferId}")
	callDeposit      = scenario.Calls("/sentinel/api/v1/transfers/achs/incoming")
	callLinkOpen     = scenario.Calls(linkSession + "open")
	callLinkStep     = scenario.Calls(linkSession + "step")
	callLinkOAuth    = scenario.Calls(linkSession + "oauth")
	callLogin        = scenario.Calls("POST /legit/api/v1/cc/token")
	callALE          = scenario.Calls("/ale/api/v1/read/{topic}/{correspondent}")
)

func factCases() []factCase {
	return []factCase{
		{"plaid", "account_id", callAccount, "$first", "$second", (*people).processorAccount},
		{"plaid", "account_mask", callAccount, "0000", "1111", (*people).processorAccount},
		{"plaid", "attempt", callItem, 1, 2, (*people).itemGet},
		{"plaid", "client_id", callItem, clientID, clientID + "@facts", (*people).itemGet},
		{"plaid", "client_user_id", callItem, "u-1", "u-2", (*people).itemGet},
		{"plaid", "client_user_id", callAccount, "u-1", "u-2", (*people).processorAccount},
		{"plaid", "client_user_id", callExchange, "u-1", "u-2", (*people).exchange},
		{"plaid", "client_user_id", callLinkCreate, "u-2", "u-1", (*people).linkTokenCreate},
		{"plaid", "client_user_id", callLinkGet, "u-2", "u-1", (*people).linkTokenGet},
		{"plaid", "institution_id", callExchange, platypus, gingham, (*people).exchange},
		{"plaid", "institution_id", callSandbox, platypus, gingham, (*people).sandboxPublicToken},
		{"plaid", "item", callItem, "$item", "other", (*people).itemGet},
		{"plaid", "item_alias", callExchange, "alice", nil, (*people).exchange},
		{"plaid", "processor", callAccount, "apex_clearing", "dwolla", (*people).processorAccount},
		{"plaid", "processor", "/processor/token/create", "dwolla", "apex_clearing", func(p *people) reply {
			return p.plaid("/processor/token/create", fields{
				"access_token": p.access, "account_id": p.second, "processor": "dwolla",
			})
		}},
		{"plaid", "processor", "/processor/apex/processor_token/create", "apex_clearing", "stripe", func(p *people) reply {
			return p.plaid("/processor/apex/processor_token/create", fields{"access_token": p.access, "account_id": p.first})
		}},
		{"plaid", "processor", "/processor/stripe/bank_account_token/create", "stripe", "apex_clearing", func(p *people) reply {
			return p.plaid("/processor/stripe/bank_account_token/create", fields{"access_token": p.access, "account_id": p.first})
		}},
		{"plaid", "product", "/auth/get", "auth", "balance", func(p *people) reply {
			return p.plaid("/auth/get", fields{"access_token": p.access})
		}},
		{"plaid", "product", "/accounts/balance/get", "balance", "auth", func(p *people) reply {
			return p.plaid("/accounts/balance/get", fields{"access_token": p.access})
		}},
		{"plaid", "product", "/processor/identity/get", "identity", "auth", func(p *people) reply {
			return p.plaid("/processor/identity/get", fields{"processor_token": p.processor})
		}},
		{"plaid", "products", callItem, "identity", "balance", (*people).itemGet},
		{"plaid", "products", callSandbox, "transactions", "auth", (*people).sandboxPublicToken},
		{"plaid", "products", callLinkCreate, "auth", "identity", (*people).linkTokenCreate},
		{"plaid", "routing_number", callAccount, "011401533", "121000358", (*people).processorAccount},
		{"plaid", "user", callItem, "user_good", "user_returns", (*people).itemGet},
		{"plaid", "user", callSandbox, "user_returns", "user_good", (*people).sandboxPublicToken},
		{"plaid", "world", callItem, "facts", "default", (*people).itemGet},

		{"legacy", "account_id", callOld, "$first", "$second", (*people).oldExchange},
		{"legacy", "account_mask", callOld, "0000", "1111", (*people).oldExchange},
		{"legacy", "attempt", callOld, 1, 2, (*people).oldExchange},
		{"legacy", "client_id", callOld, clientID, "x", (*people).oldExchange},
		{"legacy", "client_user_id", callOld, "u-1", "u-2", (*people).oldExchange},
		{"legacy", "institution_id", callOld, platypus, gingham, (*people).oldExchange},
		{"legacy", "item", callOld, "$item", "other", (*people).oldExchange},
		{"legacy", "item_alias", callOld, "alice", nil, (*people).oldExchange},
		{"legacy", "processor", callOld, "apex_clearing", "dwolla", (*people).oldExchange},
		{"legacy", "products", callOld, "auth", "balance", (*people).oldExchange},
		{"legacy", "routing_number", callOld, "011401533", "1", (*people).oldExchange},
		{"legacy", "user", callOld, "user_good", "user_custom", (*people).oldExchange},
		{"legacy", "world", callOld, "facts", "default", (*people).oldExchange},

		{"link", "attempt", callLinkStep, 1, 2, (*people).linkStep},
		{"link", "client_id", callLinkOpen, "public-key", "public-key@facts", (*people).linkOpen},
		{"link", "client_user_id", callLinkStep, "u-2", "u-1", (*people).linkStep},
		{"link", "institution_id", callLinkStep, platypus, gingham, (*people).linkStep},
		{"link", "institution_id", callLinkStep, gingham, platypus, (*people).linkLogin},
		{"link", "institution_id", callLinkOAuth, "ins_127287", platypus, (*people).linkOAuth},
		{"link", "item", callLinkStep, "$item", "other", (*people).linkStep},
		{"link", "item_alias", callLinkStep, "alice", nil, (*people).linkStep},
		{"link", "products", callLinkStep, "identity", "balance", (*people).linkStep},
		{"link", "products", callLinkStep, "transactions", "auth", (*people).linkLogin},
		{"link", "user", callLinkStep, "user_good", "user_returns", (*people).linkStep},
		{"link", "user", callLinkStep, "user_returns", "user_good", (*people).linkLogin},
		{"link", "world", callLinkOAuth, "facts", "default", (*people).linkOAuth},

		{"legit", "attempt", callLogin, 2, 1, (*people).legitLogin}, // the first is in populate
		{"legit", "client_id", callLogin, "apexuser", "x", (*people).legitLogin},
		{"legit", "world", callLogin, "facts", "default", (*people).legitLogin},

		{"sentinel", "account", callRelationship, "3TW05057", "3TW05058", (*people).newRelationship},
		{"sentinel", "account", callTransfer, "3TW05057", "3TW05058", (*people).transfer},
		{"sentinel", "account_id", callRelationship, "$first", "$second", (*people).newRelationship},
		{"sentinel", "account_mask", callDeposit, "0000", "1111", (*people).newDeposit},
		{"sentinel", "amount_cents", callDeposit, 9900, 1234, (*people).newDeposit},
		{"sentinel", "amount_cents", callTransfer, 1234, 9900, (*people).transfer},
		{"sentinel", "attempt", callDeposit, 2, 1, (*people).newDeposit}, // of the relationship
		{"sentinel", "attempt", callTransfer, 1, 2, (*people).transfer},
		{"sentinel", "attempt", callRelationship, 2, 1, (*people).newRelationship}, // of the account
		{"sentinel", "client_id", callTransfer, "apexuser", "x", (*people).transfer},
		{"sentinel", "client_user_id", callTransfer, "u-1", "u-2", (*people).transfer},
		{"sentinel", "direction", callTransfer, "INCOMING", "OUTGOING", (*people).transfer},
		{"sentinel", "external_transfer_id", callTransfer, "ext-1", "ext-2", (*people).transfer},
		{"sentinel", "external_transfer_id", callDeposit, "ext-2", "ext-1", (*people).newDeposit},
		{"sentinel", "institution_id", callDeposit, platypus, gingham, (*people).newDeposit},
		{"sentinel", "item", callDeposit, "$item", "other", (*people).newDeposit},
		{"sentinel", "item_alias", callRelationship, "alice", nil, (*people).newRelationship},
		{"sentinel", "processor", callRelationship, "apex_clearing", "dwolla", (*people).newRelationship},
		{"sentinel", "products", callDeposit, "identity", "balance", (*people).newDeposit},
		{"sentinel", "routing_number", callDeposit, "011401533", "121000358", (*people).newDeposit},
		{"sentinel", "user", callTransfer, "user_good", "user_custom", (*people).transfer},
		{"sentinel", "world", callTransfer, "facts", "default", (*people).transfer},

		{"ale", "attempt", callALE, 1, 2, (*people).ale},
		{"ale", "client_id", callALE, "apexuser", "x", (*people).ale},
		{"ale", "world", callALE, "facts", "default", (*people).ale},
	}
}

// fill puts what is only known at run time into a value.
func (p *people) fill(value any, item string) any {
	switch value {
	case "$first":
		return p.first
	case "$second":
		return p.second
	case "$item":
		return item
	}
	return value
}

// TestFacts: every fact of the vocabulary is answered by a real call of every family that
// it names; a rule that asks for it acts, one that asks for another value does not. The
// journal keeps the same value.
func TestFacts(t *testing.T) {
	t.Parallel()
	proven := map[string]bool{}
	for _, one := range factCases() {
		proven[one.family+" "+one.fact] = true
		t.Run(fmt.Sprintf("%s/%s/%s", one.family, one.fact, one.call), func(t *testing.T) {
			t.Parallel()
			s, err := scenario.Load("population", []byte(population))
			require.NoError(t, err)
			for _, matches := range []bool{true, false} {
				emu := emulator.RunT(t, emulator.Options{Scenario: s})
				p, w := populate(t, emu), emu.World("facts")
				value := one.no
				if matches {
					value = one.yes
				}
				value = p.fill(value, w.Items()[0].ItemID)
				w.Rule(scenario.Rule{
					Name: "asked", Call: one.call, Where: scenario.Where{one.fact: scenario.Is(value)},
					Then: scenario.Then{Status: http.StatusTeapot},
				})
				before := len(w.Calls())
				got := one.send(p)
				require.Equal(t, matches, got.Header.Get("Tweed-Rule") == "asked", "%s = %v: %s", one.fact, value, got.Body)
				calls := w.Calls()
				last := calls[len(calls)-1]
				require.Greater(t, len(calls), before)
				kept, there := last.Fact(one.fact)
				require.True(t, there, "the journal keeps %s", one.fact)
				fits := fmt.Sprint(kept) == fmt.Sprint(value)
				switch list := kept.(type) {
				case []string:
					fits = slices.Contains(list, fmt.Sprint(value))
				case []any:
					fits = slices.Contains(list, value)
				}
				require.Equal(t, matches, fits, "%s: %v, %v", one.fact, kept, value)
			}
		})
	}
	for _, fact := range scenario.KnownFacts() {
		for _, family := range fact.Of {
			if family == "webhook" || family == "link_end" { // see TestWebhookFacts and TestLinkFacts
				continue
			}
			require.True(t, proven[family+" "+fact.Name], "no call of %s proves %s", family, fact.Name)
		}
	}
}

// TestLinkFacts: each fact of an end of Link decides whether a rule acts on it.
func TestLinkFacts(t *testing.T) {
	t.Parallel()
	s, err := scenario.Load("population", []byte(population))
	require.NoError(t, err)
	emu := emulator.RunT(t, emulator.Options{Scenario: s})
	p, w := populate(t, emu), emu.World("facts")
	values := map[string]string{
		"account_id": p.first, "account_mask": "0000", "client_user_id": "u-2", "institution_id": platypus,
		"item": w.Items()[0].ItemID, "item_alias": "alice", "products": "identity", "user": "user_good", "world": "facts",
	}
	require.Len(t, values, len(scenario.LinkFacts()))
	for _, fact := range scenario.LinkFacts() {
		for _, value := range []string{values[fact], "other"} {
			remove := w.Rule(scenario.Rule{
				Name: "asked", Link: scenario.LinkSuccess, Where: scenario.Where{fact: scenario.Is(value)},
				Then: scenario.Leave("ITEM_LOCKED"),
			})
			done, err := w.Link(emulator.LinkOptions{LinkToken: p.linkUpdate(), Accounts: []string{"0000"}})
			require.NoError(t, err)
			require.Equal(t, value != "other", done.Exit != nil, "%s = %s", fact, value)
			require.Equal(t, value != "other", slices.Equal([]string{"asked"}, done.Rules), "%s = %s", fact, value)
			remove()
		}
	}
}
