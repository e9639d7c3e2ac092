package plaid

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/world"
)

const (
	permissionsSet = "/processor/token/permissions/set"
	permissionsGet = "/processor/token/permissions/get"
	webhookUpdate  = "/processor/token/webhook/update"
)

var noProcessorToken = wrong{key: "INVALID_INPUT/INVALID_PROCESSOR_TOKEN", message: "invalid processor token"}

// permit sets a token's permissions.
func (s *tester) permit(token object, products ...string) {
	s.t.Helper()
	r := s.good(permissionsSet, with(token, object{"products": append([]string{}, products...)}))
	require.Equal(s.t, object{"request_id": r.text("request_id")}, r.Fields)
}

func TestPermissions(t *testing.T) {
	t.Parallel()
	s := serve(t)
	partner := s.as("partner", "partner's secret")
	token := object{"processor_token": s.processorToken(s.accessToken("auth", "identity"), "dwolla")}
	needs := map[string]string{
		"/processor/account/get": "", "/processor/auth/get": "auth", "/processor/balance/get": "balance",
		"/processor/identity/get": "identity",
	}
	require.Len(t, needs, len(partnerPaths))
	for _, test := range []struct {
		set  []string
		told []any
		may  map[string]bool
	}{
		{nil, []any{}, map[string]bool{"auth": true, "balance": true, "identity": true}},
		{[]string{"balance", "auth", "balance"}, []any{"auth", "balance"}, map[string]bool{"auth": true, "balance": true}},
		{[]string{"identity"}, []any{"identity"}, map[string]bool{"identity": true}},
		{[]string{"transactions"}, []any{"transactions"}, nil},
		{[]string{}, []any{}, map[string]bool{"auth": true, "balance": true, "identity": true}},
	} {
		if test.set != nil {
			s.permit(token, test.set...)
		}
		r := s.good(permissionsGet, token)
		require.Equal(t, object{"products": test.told, "request_id": r.text("request_id")}, r.Fields)
		for path, product := range needs {
			if product == "" || test.may[product] {
				partner.good(path, token)
				continue
			}
			partner.refused(path, token, wrong{
				key:     "INVALID_INPUT/INVALID_PRODUCT",
				message: `client is not authorized to access the following products: ["` + product + `"]`,
			})
		}
	}
}

// The permissions of one token are not another's, and a refused call adds no product.
func TestPermissionsOfOneToken(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access := s.accessToken("auth")
	one := object{"processor_token": s.processorToken(access, "dwolla")}
	other := object{"processor_token": s.processorToken(access, "dwolla")}
	s.permit(one, "auth")
	require.Equal(t, "INVALID_PRODUCT", s.post("/processor/identity/get", one).text("error_code"))
	require.Equal(t, []any{"auth"}, s.good("/item/get", object{"access_token": access}).at("item", "billed_products"))
	s.good("/processor/identity/get", other)
	require.Equal(t, []any{"auth", "identity"}, s.good("/item/get", object{"access_token": access}).at("item", "billed_products"))
	require.Empty(t, s.good(permissionsGet, other).at("products"))
}

// The developer's keys are needed, not the partner's; what is wrong with the Item comes first.
func TestPermissionsRefused(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access := s.accessToken("auth")
	token := object{"processor_token": s.processorToken(access, "dwolla")}
	auth := object{"products": []string{"auth"}}
	partner := s.as("partner", "partner's secret")
	partner.refused(permissionsSet, with(token, auth), noProcessorToken)
	partner.refused(permissionsGet, token, noProcessorToken)
	for _, bad := range []string{"hello", access, "processor-sandbox-11111111-2222-4333-8444-555555555555"} {
		for _, path := range []string{permissionsSet, permissionsGet, webhookUpdate} {
			body := object{"processor_token": bad}
			switch path {
			case permissionsSet:
				body = with(body, auth)
			case webhookUpdate:
				body["webhook"] = nil
			}
			s.refused(path, body, noProcessorToken)
		}
	}
	s.refused(permissionsSet, token, missingFields("products"))
	s.refused(permissionsSet, auth, missingFields("processor_token"))
	require.Equal(t, "INVALID_FIELD", s.post(permissionsSet, with(token, object{"products": nil})).text("error_code"))
	require.Equal(t, "INVALID_FIELD", s.post(permissionsSet, with(token, object{"products": "auth"})).text("error_code"))
	s.refused(webhookUpdate, token, missingFields("webhook"))
	require.Equal(t, "INVALID_FIELD", s.post(webhookUpdate, with(token, object{"webhook": "no URL"})).text("error_code"))

	s.permit(token, "balance")
	s.good("/sandbox/item/reset_login", object{"access_token": access})
	partner.refused("/processor/auth/get", token, loginRequired)
	s.permit(token, "identity") // they need no bank
	s.good("/item/remove", object{"access_token": access})
	removed := wrong{key: "ITEM_ERROR/ITEM_NOT_FOUND", message: errItemNotFound.New().Message}
	partner.refused("/processor/auth/get", token, removed)
	s.refused(permissionsSet, with(token, auth), removed)
	s.refused(permissionsGet, token, removed)
	partner.refused(webhookUpdate, with(token, object{"webhook": nil}), removed)
}

// The partner sets a webhook for the token, which acknowledges itself there.
func TestProcessorWebhook(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access := s.accessToken("auth")
	partner := s.as("partner", "partner's secret")
	token := object{"processor_token": s.processorToken(access, "dwolla")}
	r := partner.good(webhookUpdate, with(token, object{"webhook": "https://partner.example.com/hook"}))
	require.Equal(t, object{"request_id": r.text("request_id")}, r.Fields)
	sent := s.outbox()
	require.Len(t, sent, 1)
	require.Equal(t, "https://partner.example.com/hook", sent[0].Target)
	require.Equal(t, `{
  "account_id": "`+s.accountID(access, "0000")+`",
  "environment": "sandbox",
  "error": null,
  "new_webhook_url": "https://partner.example.com/hook",
  "webhook_code": "WEBHOOK_UPDATE_ACKNOWLEDGED",
  "webhook_type": "PROCESSOR_TOKEN"
}`, string(sent[0].Body))
	partner.good(webhookUpdate, with(token, object{"webhook": nil}))
	require.Len(t, s.outbox(), 1, "nobody is there to be told")
	s.in(func(w *world.World) {
		row, _ := processorTokens.Get(w, token["processor_token"].(string))
		require.Empty(t, row.Webhook)
	})
}

// What Apex learns follows the token's permissions.
func TestBankOfPermissions(t *testing.T) {
	t.Parallel()
	s := serve(t)
	token := s.processorToken(s.accessToken("auth", "identity"), "apex_clearing")
	for _, test := range []struct {
		products []string
		problem  TokenFault
		owner    string
		balance  bool
	}{
		{nil, "", "Alberta Bobbeth Charleson", true},
		{[]string{"auth", "identity"}, "", "Alberta Bobbeth Charleson", false},
		{[]string{"auth", "balance"}, "", "", true},
		{[]string{"balance", "identity"}, TokenNoPermission, "", true},
	} {
		s.permit(object{"processor_token": token}, test.products...)
		s.in(func(w *world.World) {
			bank, problem, detail := BankOf(w, token)
			require.Equal(t, test.problem, problem, test.products)
			require.Equal(t, problem != "", detail == "auth")
			require.Equal(t, test.owner, bank.Owner)
			_, ok := BalanceOf(w, token)
			require.Equal(t, test.balance, ok)
		})
	}
}

// A rule at these calls may ask for the Item and the account of the token.
func TestPermissionFacts(t *testing.T) {
	t.Parallel()
	s := serve(t)
	token := s.processorToken(s.accessToken("auth"), "dwolla")
	s.in(func(w *world.World) {
		facts := AboutToken(w, token, true)
		for name, want := range map[string]any{
			"institution_id": "ins_109508", "user": "user_good", "account_mask": "0000", "processor": "dwolla",
		} {
			value, ok := facts.Fact(name)
			require.True(t, ok, name)
			require.Equal(t, want, value)
		}
	})
}
