package sentinel

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/world"
	"tweed/emulator/scenario"
)

// updatePlaid sends the body to the path that only the later generation has.
func (s *server) updatePlaid(relationship string, body map[string]any) reply {
	s.t.Helper()
	text, err := json.Marshal(body)
	require.NoError(s.t, err)
	return s.send(http.MethodPut, "/sentinel2-counterparty/api/v1/ach_relationships/"+relationship+"/update_plaid", string(text))
}

func TestUpdatePlaid(t *testing.T) {
	t.Parallel()
	for _, method := range plainMethods {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			s := serve(t, option{})
			s.logIn("apex_api")
			made := s.good(relationshipsPath, with(sevenFields(), map[string]any{"approvalMethod": method}))
			s.advance(time.Hour)
			for _, field := range defaultTokenFields {
				token, _ := s.processorToken("1111", "apex_clearing")
				r := s.updatePlaid(made.text("id"), map[string]any{field: token})
				require.Equal(t, http.StatusOK, r.Status, r.Body)
				approved := made.object("approval")
				if approved == nil {
					approved = map[string]any{"approvalTime": "2026-01-05T15:30:00.000Z", "approvedBy": map[string]any{
						"userName": "apex_api", "userEntity": "correspondent.APX1", "userClass": "CLIENT_CREDENTIALS_USER",
					}}
				}
				want := with(made.Fields, map[string]any{
					"bankAccount": "********1111", "bankRoutingNumber": "011401533", "bankAccountType": "SAVINGS",
					"bankAccountOwnerName": "Alberta Bobbeth Charleson", "status": "APPROVED", "approval": approved,
				})
				require.Equal(t, want, r.Fields)
				require.Equal(t, r.Body, s.get(relationshipsPath+"/"+made.text("id")).Body)
			}
		})
	}
}

// TestUpdatePlaidUsed: the balance check asks with the new token, and the notifications of change were of the account
// before.
func TestUpdatePlaidUsed(t *testing.T) {
	t.Parallel()
	noc := scenario.Rule{
		Name: "noc", ACH: scenario.Deposit, Times: 1, Then: scenario.Then{NOC: scenario.NOC{Code: "C05"}},
	}
	s := serve(t, option{
		settings: Settings{Assume: map[string]string{"balance_check": "on"}}, rules: []scenario.Rule{noc},
	})
	s.logIn("apex_api")
	id := s.approvedRelationship()
	s.made(depositsPath, id, "d-1")
	s.advance(9 * 24 * time.Hour)
	s.logIn("apex_api")
	changes := func() (n int) {
		s.in("default", func(w *world.World) {
			r, _ := relationships.Get(w, id)
			n = len(r.Changes)
		})
		return n
	}
	require.Equal(t, 1, changes())
	token, _ := s.processorToken("1111", "apex_clearing")
	s.permit(token, "auth", "balance")
	r := s.updatePlaid(id, map[string]any{"plaidProcessorToken": token})
	require.Equal(t, "Jane Doe", r.text("bankAccountOwnerName"), "a name that Plaid does not tell stays")
	require.Equal(t, "REJECTED", s.good(depositsPath, deposit(id, "d-2", "200.01")).text("state"))
	require.Equal(t, "PENDING", s.good(depositsPath, deposit(id, "d-3", "200.00")).text("state"))
	require.Zero(t, changes())
}

func TestUpdatePlaidRefused(t *testing.T) {
	t.Parallel()
	s := serve(t, option{})
	s.logIn("apex_api")
	good, _ := s.processorToken("0000", "apex_clearing")
	foreign, _ := s.processorToken("0000", "dwolla")
	limited, _ := s.processorToken("0000", "apex_clearing")
	s.permit(limited, "balance")
	gone, access := s.processorToken("0000", "apex_clearing")
	s.good("/item/remove", with(keys, map[string]any{"access_token": access}))
	out, access := s.processorToken("0000", "apex_clearing")
	s.good("/sandbox/item/reset_login", with(keys, map[string]any{"access_token": access}))
	made := s.good(relationshipsPath, with(sevenFields(), map[string]any{"approvalMethod": "GIACT"}))
	id := made.text("id")
	for token, want := range map[string]string{
		"":      "validation failed: plaidProcessorToken is required",
		"hello": "does not know it", foreign: "made for processor dwolla", limited: "leave out the product auth",
		gone: "Item was removed", out: "ITEM_LOGIN_REQUIRED",
		"processor-production-00000000-0000-4000-8000-000000000000": "of the production environment",
	} {
		r := s.updatePlaid(id, map[string]any{"plaidProcessorToken": token})
		require.Equal(t, http.StatusBadRequest, r.Status)
		require.Contains(t, r.text("message"), want)
	}
	for _, body := range []map[string]any{{}, {"plaidProcessorToken": 5}, {"plaidProcessorToken": nil}} {
		require.Contains(t, s.updatePlaid(id, body).text("message"), "validation failed: plaidProcessorToken")
	}
	require.Equal(t, made.Body, s.get(relationshipsPath+"/"+id).Body, "a refusal changes nothing")
	require.Equal(t, http.StatusNotFound, s.updatePlaid("none", map[string]any{"plaidProcessorToken": good}).Status)

	s.good(relationshipsPath+"/"+id+"/cancel", nil)
	for _, token := range []string{good, "hello"} {
		r := s.updatePlaid(id, map[string]any{"plaidProcessorToken": token})
		require.Equal(t, http.StatusBadRequest, r.Status)
		require.Equal(t, "ach relationship "+id+" is CANCELED and cannot be updated", r.text("message"))
	}
	s.token = ""
	require.Equal(t, http.StatusUnauthorized, s.updatePlaid(id, map[string]any{"plaidProcessorToken": good}).Status)
}

func TestUpdatePlaidAssumed(t *testing.T) {
	t.Parallel()
	s := serve(t, option{settings: Settings{Assume: map[string]string{"token_field": "linkToken"}}})
	s.logIn("apex_api")
	token, _ := s.processorToken("0000", "apex_clearing")
	id := s.good(relationshipsPath, with(sevenFields(), map[string]any{"approvalMethod": "MICRO_DEPOSIT"})).text("id")
	require.Equal(t, "validation failed: linkToken is required",
		s.updatePlaid(id, map[string]any{"plaidProcessorToken": token}).text("message"))
	r := s.updatePlaid(id, map[string]any{"linkToken": token})
	require.Equal(t, "APPROVED", r.text("status"))
	require.Equal(t, "MICRO_DEPOSIT", r.text("approvalMethod"))
	late := s.refused(relationshipsPath+"/"+id+"/approve", http.StatusBadRequest,
		map[string]any{"method": "MICRO_DEPOSIT", "amount1": 0.01, "amount2": 0.02})
	require.Contains(t, late, "is APPROVED and cannot be approved")
}
