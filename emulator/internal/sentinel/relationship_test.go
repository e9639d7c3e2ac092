package sentinel

import (
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/plaid"
	"tweed/emulator/internal/wall"
	"tweed/emulator/internal/world"
)

// ofToken is the request with a processor token.
func ofToken(field, token, method string) map[string]any {
	return map[string]any{"account": "3AP05057", "nickname": "", "approvalMethod": method, field: token}
}

func TestRelationshipWithToken(t *testing.T) {
	t.Parallel()
	for i, field := range defaultTokenFields {
		for _, method := range defaultTokenMethods {
			t.Run(field+"/"+method, func(t *testing.T) {
				t.Parallel()
				s := serve(t, option{})
				s.logIn("apex_api")
				mask, kind, processor := "0000", "CHECKING", "apex_clearing"
				if i%2 == 1 {
					mask, kind, processor = "1111", "SAVINGS", "apex_clearing"
				}
				token, _ := s.processorToken(mask, processor)
				r := s.good(relationshipsPath, ofToken(field, token, method))
				require.Equal(t, "3AP05057", r.text("account"))
				require.Equal(t, "011401533", r.text("bankRoutingNumber"))
				require.Equal(t, "********"+mask, r.text("bankAccount"))
				require.Equal(t, kind, r.text("bankAccountType"))
				require.Equal(t, "Alberta Bobbeth Charleson", r.text("bankAccountOwnerName"))
				require.Equal(t, method, r.text("approvalMethod"))
				require.Equal(t, "APPROVED", r.text("status"))
				require.NotContains(t, r.Body, token)
				require.Equal(t, "2026-01-05T14:30:00.000Z", r.object("approval")["approvalTime"])
				require.Equal(t, map[string]any{
					"userName": "apex_api", "userEntity": "correspondent.APX1", "userClass": "CLIENT_CREDENTIALS_USER",
				}, r.object("approval")["approvedBy"])
			})
		}
	}
}

func TestRelationshipTokenRefused(t *testing.T) {
	t.Parallel()
	uuid := "-00000000-0000-4000-8000-000000000000"
	cases := []struct {
		name, want string
		token      func(s *server) string
	}{
		{"unknown", "does not know it", func(*server) string { return "processor-sandbox" + uuid }},
		{"malformed", "does not know it", func(*server) string { return "hello" }},
		{"an access token", "does not know it", func(s *server) string {
			_, access := s.processorToken("0000", "apex_clearing")
			return access
		}},
		{"production", "of the production environment, this is sandbox", func(*server) string {
			return "processor-production" + uuid
		}},
		{"other processor", "made for processor dwolla", func(s *server) string {
			token, _ := s.processorToken("0000", "dwolla")
			return token
		}},
		{"removed Item", "Item was removed", func(s *server) string {
			token, access := s.processorToken("0000", "apex_clearing")
			s.good("/item/remove", with(keys, map[string]any{"access_token": access}))
			return token
		}},
		{"login required", "ITEM_LOGIN_REQUIRED", func(s *server) string {
			token, access := s.processorToken("0000", "apex_clearing")
			s.good("/sandbox/item/reset_login", with(keys, map[string]any{"access_token": access}))
			return token
		}},
		{"no permission", "permissions leave out the product auth", func(s *server) string {
			token, _ := s.processorToken("0000", "apex_clearing")
			s.permit(token, "balance", "identity")
			return token
		}},
		{"no permission, login required", "ITEM_LOGIN_REQUIRED", func(s *server) string {
			token, access := s.processorToken("0000", "apex_clearing")
			s.permit(token, "balance")
			s.good("/sandbox/item/reset_login", with(keys, map[string]any{"access_token": access}))
			return token
		}},
		{"no numbers", "no account and routing numbers", func(s *server) string {
			token, _ := s.processorToken("3333", "apex_clearing")
			return token
		}},
	}
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, option{})
			s.logIn("apex_api")
			body := ofToken("plaidProcessorToken", test.token(s), "PLAID_TOKEN")
			message := s.refused(relationshipsPath, http.StatusBadRequest, body)
			require.Contains(t, message, "the Plaid processor token was refused")
			require.Contains(t, message, test.want)
			require.Equal(t, "[]", s.get(relationshipsPath).Body)
		})
	}
}

// TestRelationshipTokenWithoutIdentity: the name of an owner that Apex may not ask for comes from the request.
func TestRelationshipTokenWithoutIdentity(t *testing.T) {
	t.Parallel()
	s := serve(t, option{})
	s.logIn("apex_api")
	token, _ := s.processorToken("0000", "apex_clearing")
	s.permit(token, "auth")
	body := ofToken("plaidProcessorToken", token, "PLAID_TOKEN")
	require.Empty(t, s.good(relationshipsPath, body).text("bankAccountOwnerName"))
	r := s.good(relationshipsPath, with(body, map[string]any{"bankAccountOwnerName": "Jane Doe"}))
	require.Equal(t, "Jane Doe", r.text("bankAccountOwnerName"))
	require.Equal(t, "********0000", r.text("bankAccount"))
}

func TestRelationshipTokenAssumed(t *testing.T) {
	t.Parallel()
	assume := map[string]string{"token_field": "linkToken", "token_method": "INSTANT"}
	s := serve(t, option{settings: Settings{Assume: assume}})
	s.logIn("apex_api")
	token, _ := s.processorToken("0000", "apex_clearing")
	require.Equal(t, "APPROVED", s.good(relationshipsPath, ofToken("linkToken", token, "INSTANT")).text("status"))
	require.Equal(t, "validation failed: linkToken is required for approvalMethod INSTANT",
		s.refused(relationshipsPath, http.StatusBadRequest, ofToken("plaidProcessorToken", token, "INSTANT")))
	require.Equal(t, "validation failed: approvalMethod must be INSTANT when there is a linkToken",
		s.refused(relationshipsPath, http.StatusBadRequest, ofToken("linkToken", token, "PLAID")))
	require.Contains(t, s.refused(relationshipsPath, http.StatusBadRequest, ofToken("linkToken", token, "PLAID_TOKEN")),
		"approvalMethod must be one of MICRO_DEPOSIT, YODLEE, PLAID, GIACT, APEX, VOIDED_CHECK, INSTANT")
}

func TestRelationshipSevenFields(t *testing.T) {
	t.Parallel()
	s := serve(t, option{})
	s.logIn("apex_api")
	r := s.good(relationshipsPath, sevenFields())
	id := r.text("id")
	want := `{"id":"` + id + `","account":"3AP05057","bankRoutingNumber":"121000358","bankAccount":"********6789",
		"bankAccountOwnerName":"Jane Doe","bankAccountType":"CHECKING","nickname":"test","approvalMethod":"PLAID",
		"status":"APPROVED","creationTime":"2026-01-05T14:30:00.000Z","approval":{"approvalTime":"2026-01-05T14:30:00.000Z",
		"approvedBy":{"userName":"apex_api","userEntity":"correspondent.APX1","userClass":"CLIENT_CREDENTIALS_USER"}},
		"cancellation":null}`
	require.JSONEq(t, want, r.Body)
	for _, version := range []string{"v1", "v2"} {
		path := "/sentinel/api/" + version + "/ach_relationships/"
		require.JSONEq(t, want, s.get(path+id).Body)
		require.JSONEq(t, want, s.get("//sentinel//api/"+version+"/ach_relationships/"+id+"/").Body)
		require.Equal(t, http.StatusNotFound, s.get(path+"5e6f80963c3477ba9dc1f98a").Status)
	}
	for _, method := range []string{"MICRO_DEPOSIT", "YODLEE", "GIACT", "APEX", "VOIDED_CHECK"} {
		r := s.good(relationshipsPath, with(sevenFields(), map[string]any{"approvalMethod": method}))
		require.Equal(t, "PENDING", r.text("status"), method)
		require.Nil(t, r.Fields["approval"])
	}
}

func TestRelationshipID(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var last string
	for range 3 {
		id := newRelationshipID(w)
		raw, err := hex.DecodeString(id)
		require.NoError(t, err)
		require.Len(t, raw, 12)
		require.Equal(t, "695bcae8", id[:8])
		require.Greater(t, id, last)
		last = id
	}
	w.Advance(time.Second)
	require.Equal(t, "695bcae9", newRelationshipID(w)[:8])
}

func TestRelationshipRefused(t *testing.T) {
	t.Parallel()
	s := serve(t, option{})
	s.logIn("apex_api")
	without := func(name string) map[string]any {
		body := sevenFields()
		delete(body, name)
		return body
	}
	set := func(name string, value any) map[string]any { return with(sevenFields(), map[string]any{name: value}) }
	cases := []struct {
		body map[string]any
		want string
	}{
		{without("account"), "account is required"},
		{without("approvalMethod"), "approvalMethod is required"},
		{without("bankAccount"), "bankAccount is required"},
		{set("bankAccountOwnerName", ""), "bankAccountOwnerName is required"},
		{set("account", "3AP0505"), "account must be 8 digits and capital letters"},
		{set("account", 7), "account must be"},
		{set("bankRoutingNumber", "12100035"), "bankRoutingNumber must be 9 digits"},
		{set("bankRoutingNumber", "121000359"), "check digit"},
		{set("bankAccount", "123456789012345678"), "bankAccount must have at most 17 characters"},
		{set("bankAccountType", "LOAN"), "bankAccountType must be one of CHECKING, SAVINGS"},
		{set("approvalMethod", "SIGNATURE"), "approvalMethod must be one of MICRO_DEPOSIT, YODLEE"},
		{set("approvalMethod", "PLAID_TOKEN"), "plaidProcessorToken is required for approvalMethod PLAID_TOKEN"},
		{
			with(set("approvalMethod", "GIACT"), map[string]any{"processorToken": "x"}),
			"must be PLAID_TOKEN or PLAID when there is a processorToken",
		},
	}
	for _, test := range cases {
		message := s.refused(relationshipsPath, http.StatusBadRequest, test.body)
		require.True(t, strings.HasPrefix(message, "validation failed: "), message)
		require.Contains(t, message, test.want)
	}
	for _, body := range []string{"no JSON", "[]", "null", `"x"`, `{"a":1}{}`, `{"account":`} {
		r := s.send(http.MethodPost, relationshipsPath, body)
		require.Equal(t, http.StatusBadRequest, r.Status, body)
		require.Contains(t, r.text("message"), "the body could not be read as a JSON object", body)
	}
	require.Equal(t, "[]", s.get(relationshipsPath).Body)

	s.token = ""
	require.Equal(t, http.StatusUnauthorized, s.send(http.MethodPost, relationshipsPath, "no JSON").Status,
		"who calls comes before what is said")
}

func TestRelationshipCancel(t *testing.T) {
	t.Parallel()
	s := serve(t, option{})
	s.logIn("apex_api")
	id := s.approvedRelationship()
	r := s.good(relationshipsPath+"/"+id+"/cancel", map[string]any{"comment": "moved away"})
	require.Equal(t, "CANCELED", r.text("status"))
	require.Equal(t, map[string]any{
		"comment": "moved away", "reason": nil, "cancellationTime": "2026-01-05T14:30:00.000Z",
	}, r.object("cancellation"))
	require.NotNil(t, r.Fields["approval"])
	v2 := s.get("/sentinel/api/v2/ach_relationships/" + id).object("cancellation")
	require.Equal(t, map[string]any{
		"userName": "apex_api", "userEntity": "correspondent.APX1", "userClass": "CLIENT_CREDENTIALS_USER",
	}, v2["cancelledBy"])
	again := s.refused(relationshipsPath+"/"+id+"/cancel", http.StatusBadRequest, map[string]any{})
	require.Equal(t, "ach relationship "+id+" is CANCELED and cannot be canceled", again)

	pending := s.good(relationshipsPath, with(sevenFields(), map[string]any{"approvalMethod": "APEX"})).text("id")
	r = s.send(http.MethodPost, relationshipsPath+"/"+pending+"/cancel", "")
	require.Equal(t, http.StatusOK, r.Status, "the comment may be absent")
	require.Nil(t, r.Fields["approval"])
	require.Equal(t, http.StatusNotFound, s.post(relationshipsPath+"/none/cancel", nil).Status)
}

func TestRelationshipList(t *testing.T) {
	t.Parallel()
	s := serve(t, option{})
	s.logIn("apex_api")
	var ids []string
	for i, account := range []string{"3AP05057", "3AP05058", "3AP05057"} {
		method := []string{"PLAID", "PLAID", "APEX"}[i]
		body := with(sevenFields(), map[string]any{"account": account, "approvalMethod": method})
		ids = append(ids, s.good(relationshipsPath, body).text("id"))
		s.advance(time.Hour)
	}
	list := func(query string) []string {
		r := s.get("/sentinel/api/v2/ach_relationships" + query)
		require.Equal(t, http.StatusOK, r.Status, r.Body)
		var all []struct{ ID string }
		require.NoError(t, json.Unmarshal([]byte(r.Body), &all))
		out := []string{}
		for _, one := range all {
			out = append(out, one.ID)
		}
		return out
	}
	require.Equal(t, ids, list(""))
	require.Equal(t, []string{ids[0], ids[2]}, list("?account=3AP05057"))
	require.Equal(t, []string{ids[0], ids[1]}, list("?status=APPROVED"))
	require.Equal(t, []string{ids[2]}, list("?status=PENDING&account=3AP05057"))
	require.Empty(t, list("?account=3AP05059"))
	require.Equal(t, http.StatusBadRequest, s.get("/sentinel/api/v2/ach_relationships?status=APROVED").Status)
}

func TestMask(t *testing.T) {
	t.Parallel()
	for number, want := range map[string]string{
		"": "********", "1": "********", "12": "********2", "12345": "********45", "12345678901234567": "********4567",
		"ÄÖÜß": "********Üß",
	} {
		require.Equal(t, want, bankAccount{Number: number}.masked())
	}
}

func TestTokenFaultsAreKnown(t *testing.T) {
	t.Parallel()
	w, err := world.New("faults", world.Config{}, wall.Now)
	require.NoError(t, err)
	for _, problem := range []plaid.TokenFault{
		plaid.TokenUnknown, plaid.TokenItemRemoved, plaid.TokenLoginRequired, plaid.TokenOtherProcessor,
		plaid.TokenOtherEnvironment, plaid.TokenNoPermission, plaid.TokenNoNumbers,
	} {
		require.ErrorContains(t, tokenError(w, problem, "x"), "PROCESSOR_TOKEN_")
	}
}

func TestRoutes(t *testing.T) {
	t.Parallel()
	s := serve(t, option{})
	s.logIn("apex_api")
	cases := []struct {
		method, path string
		status       int
	}{
		{http.MethodGet, "/sentinel/api/v1/nothing", http.StatusNotFound},
		{http.MethodGet, "/sentinel/api/v3/ach_relationships", http.StatusNotFound},
		{http.MethodDelete, relationshipsPath, http.StatusMethodNotAllowed},
		{http.MethodGet, depositsPath, http.StatusNotFound}, // a transfer with the id "incoming"
		{http.MethodPut, depositsPath, http.StatusMethodNotAllowed},
		{http.MethodPost, "/sentinel2-counterparty/api/v1/ach_relationships/x/update_plaid", http.StatusMethodNotAllowed},
	}
	for _, test := range cases {
		r := s.send(test.method, test.path, "")
		require.Equal(t, test.status, r.Status, test.path)
		require.NotNil(t, r.Fields, r.Body)
	}
	built := 0
	for _, op := range Operations() {
		if op.Run != nil {
			built++
		}
	}
	require.Equal(t, 5+6*2+1+7+5+7+1, built, "every run is an operation of the contract")
}

func TestDeterminism(t *testing.T) {
	t.Parallel()
	transcript := func(seed uint64) string {
		s := serve(t, option{seed: seed})
		s.logIn("apex_api")
		token, _ := s.processorToken("0000", "apex_clearing")
		id := s.good(relationshipsPath, ofToken("plaidProcessorToken", token, "PLAID_TOKEN")).text("id")
		transfer := s.good(depositsPath, deposit(id, "e-1", "100.00")).text("transferId")
		s.good(simulationPath+transfer+"/approve", nil)
		s.advance(24 * time.Hour)
		require.Equal(t, "COMPLETE", s.get(transfersPath+transfer).text("state"))
		s.get(relationshipsPath)
		s.in("default", func(w *world.World) {
			saved, err := w.Export()
			require.NoError(t, err)
			text, err := json.Marshal(saved)
			require.NoError(t, err)
			s.record.Write(text)
		})
		return s.record.String()
	}
	one := transcript(1)
	require.Equal(t, one, transcript(1))
	other := transcript(2)
	require.NotEqual(t, one, other)
	signature := func(transcript string) string { return strings.Split(strings.Split(transcript, "\n")[1], ".")[2] }
	require.Len(t, signature(one), 176, "ES512: 132 bytes")
	require.NotEqual(t, signature(one), signature(other))
}
