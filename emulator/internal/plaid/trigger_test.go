package plaid

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/world"
)

// allHeard are products of an Item that every webhook can be about.
var allHeard = []string{"assets", "auth", "identity", "investments", "liabilities", "statements", "transactions"}

// linkedWith links an Item with products and a webhook.
func (s *tester) linkedWith(products ...string) (access string) {
	s.t.Helper()
	return s.exchange(s.good("/sandbox/public_token/create", object{
		"institution_id": "ins_109508", "initial_products": products, "options": object{"webhook": hook},
	}).text("public_token"))
}

// trigger sends a webhook and returns what it was.
func (s *tester) trigger(t Trigger) (sent Triggered, err error) {
	s.t.Helper()
	s.in(func(w *world.World) { sent, err = t.Send(w) })
	return sent, err
}

// Each of Plaid's webhooks can be sent, is what the contract says, and has the bytes that
// are recorded.
func TestTriggerAll(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access := s.linkedWith(allHeard...)
	partner := s.processorToken(access, "dwolla")
	s.good("/processor/token/webhook/update", object{"processor_token": partner, "webhook": "https://partner.example.com/"})
	require.Len(t, webhooks(), 92)
	var out strings.Builder
	for _, kind := range webhooks() {
		about := Trigger{Webhook: kind.Schema}
		if kind.toPartner() {
			about.ProcessorToken = partner
		}
		n := len(s.outbox())
		sent, err := s.trigger(about)
		require.NoError(t, err, kind.Schema)
		require.Empty(t, sent.Differs, kind.Schema)
		require.Equal(t, []string{kind.Schema, kind.Name()}, []string{sent.Schema, sent.Webhook})
		m := s.outbox()[n:]
		require.Len(t, m, 1)
		require.Contains(t, s.sentSchemas(m[0]), kind.Schema)
		require.NotContains(t, string(m[0].Body), "production", kind.Schema)
		fmt.Fprintf(&out, "%s (%s) to %s\n%s\n\n", kind.Name(), kind.Schema, m[0].Target, m[0].Body)
	}
	file := filepath.Join("testdata", "webhooks.txt")
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(out.String()), 0o600))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), out.String())
}

// What the world knows stands in the body.
func TestTriggerKnows(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access := s.linkedWith(allHeard...)
	item := object{"access_token": access}
	id := s.good("/item/get", item).text("item", "item_id")
	body := func(name string) object {
		sent, err := s.trigger(Trigger{Webhook: name})
		require.NoError(t, err)
		require.Equal(t, hook, sent.Target)
		return sent.Body
	}
	s.good("/sandbox/item/reset_login", item)
	sent := body("ITEM.ERROR")
	require.Equal(t, id, sent["item_id"])
	require.Equal(t, "ITEM_LOGIN_REQUIRED", sent["error"].(map[string]any)["error_code"])
	require.Equal(t, "ERROR", s.good("/item/get", item).text("status", "last_webhook", "code_sent"))

	report := s.good("/asset_report/create", object{"access_tokens": []string{s.accessToken("assets")}, "days_requested": 30})
	s.advance(assetReportTime)
	sent, err := s.triggerBody(Trigger{Webhook: "ASSETS/PRODUCT_READY", Item: id})
	require.NoError(t, err)
	require.Equal(t, report.text("asset_report_id"), sent["asset_report_id"])

	token := s.linkToken(nil).text("link_token")
	sent, err = s.triggerBody(Trigger{Webhook: "EVENTS", Item: id})
	require.NoError(t, err)
	require.Equal(t, token, sent["link_token"])
}

func (s *tester) triggerBody(t Trigger) (object, error) {
	sent, err := s.trigger(t)
	return sent.Body, err
}

// Values are set by path, an error's code brings the whole error, members are replaced.
func TestTriggerSet(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.linkedWith(allHeard...)
	sent, err := s.triggerBody(Trigger{Webhook: "item.error", Set: object{"error.error_code": "INSTITUTION_DOWN"}})
	require.NoError(t, err)
	fault := sent["error"].(map[string]any)
	require.Equal(t, "INSTITUTION_ERROR", fault["error_type"])
	require.NotContains(t, fault["error_message"], "login")

	sent, err = s.triggerBody(Trigger{Webhook: "ITEM:ERROR", Set: object{"error.error_code": "NO_SUCH", "environment": "production"}})
	require.NoError(t, err)
	require.Equal(t, "NO_SUCH", sent["error"].(map[string]any)["error_code"])
	require.Equal(t, "production", sent["environment"])

	text, err := Trigger{Webhook: "TRANSACTIONS.DEFAULT_UPDATE", Data: object{"new_transactions": 7, "more": true}}.JSON()
	require.NoError(t, err)
	read, err := ReadTrigger(text)
	require.NoError(t, err)
	sent, err = s.triggerBody(read)
	require.NoError(t, err)
	require.Equal(t, json.Number("7"), sent["new_transactions"])
	require.Equal(t, true, sent["more"])

	odd, err := s.trigger(Trigger{Webhook: "TRANSACTIONS.DEFAULT_UPDATE", Set: object{"new_transactions": "many"}})
	require.NoError(t, err)
	require.Equal(t, []string{"new_transactions: has the wrong type"}, odd.Differs)
	require.Contains(t, string(s.lastBody()), `"new_transactions": "many"`)
}

func (s *tester) lastBody() []byte {
	var out []world.Message
	s.in(func(w *world.World) { out = w.Outbox() })
	return out[len(out)-1].Body
}

// A refusal says what would be right, and nothing is sent.
func TestTriggerRefused(t *testing.T) {
	t.Parallel()
	s := serve(t)
	refused := func(want string, trigger Trigger) {
		t.Helper()
		n := len(s.outbox())
		_, err := s.trigger(trigger)
		require.EqualError(t, err, want)
		require.Len(t, s.outbox(), n)
	}
	refused(`there is no webhook "ITEM.EROR"; did you mean ITEM.ERROR?`, Trigger{Webhook: "ITEM.EROR"})
	refused(`there is no webhook "zzzzzzzzzzzz"; "tweed trigger --list" lists all`, Trigger{Webhook: "zzzzzzzzzzzz"})
	refused("several webhooks have the code DEFAULT_UPDATE: AUTH.DEFAULT_UPDATE, HOLDINGS.DEFAULT_UPDATE, "+
		"IDENTITY.DEFAULT_UPDATE, INVESTMENTS_TRANSACTIONS.DEFAULT_UPDATE, LIABILITIES.DEFAULT_UPDATE, "+
		"TRANSACTIONS.DEFAULT_UPDATE", Trigger{Webhook: "DEFAULT_UPDATE"})
	refused("world default has no Item; link one first, or say where the webhook goes (--to URL) if it is not about an Item",
		Trigger{Webhook: "ITEM.ERROR"})
	sent, err := s.trigger(Trigger{Webhook: "TRANSFER_EVENTS_UPDATE", To: hook})
	require.NoError(t, err)
	require.Equal(t, hook, sent.Target)

	first := s.good("/item/get", object{"access_token": s.accessToken()}).text("item", "item_id")
	refused("ITEM.ERROR has no target: say where it goes (--to URL), or name an Item or a partner's token that has a webhook",
		Trigger{Webhook: "ITEM.ERROR"})
	refused(`"nowhere" is no address of a webhook; write for example http://127.0.0.1:3000/webhook`,
		Trigger{Webhook: "ITEM.ERROR", To: "nowhere"})
	refused(`ITEM.ERROR has no member "eror"; there is environment, error, item_id, webhook_code, webhook_type`,
		Trigger{Webhook: "ITEM.ERROR", To: hook, Set: object{"eror": 1}})
	refused(`ITEM.ERROR has no object at "item_id.x"; there is environment, error, item_id, webhook_code, webhook_type`,
		Trigger{Webhook: "ITEM.ERROR", To: hook, Set: object{"item_id.x": 1}})
	refused(`world default has no access token "access-1"`, Trigger{Webhook: "ITEM.ERROR", AccessToken: "access-1"})
	refused(`world default has no processor token "p"`, Trigger{Webhook: "ITEM.ERROR", ProcessorToken: "p"})
	refused(`world default has no Item "bob"; it has `+first, Trigger{Webhook: "ITEM.ERROR", Item: "bob"})

	access := s.linkedWith(allHeard...)
	second := s.good("/item/get", object{"access_token": access}).text("item", "item_id")
	_, err = s.trigger(Trigger{Webhook: "ITEM.ERROR"})
	require.ErrorContains(t, err, "world default has several Items; name one: ")
	require.ErrorContains(t, err, first)
	require.ErrorContains(t, err, second)
	sent, err = s.trigger(Trigger{Webhook: "ITEM.ERROR", AccessToken: access})
	require.NoError(t, err)
	require.Equal(t, second, sent.Body["item_id"])

	_, err = ReadTrigger([]byte(`{"webhok": 1}`))
	require.ErrorContains(t, err, `the body must be a JSON object: {"webhook": "ITEM.ERROR", "item": "alice"}: json: unknown field "webhok"`)
}
