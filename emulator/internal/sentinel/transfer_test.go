package sentinel

import (
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/world"
)

func TestDeposit(t *testing.T) {
	t.Parallel()
	s := serve(t, option{})
	s.logIn("apex_api")
	id := s.approvedRelationship()
	r := s.good(depositsPath, with(deposit(id, "e-1", json.Number("1500.50")), map[string]any{
		"daysToHoldFunds": 2, "iraDetails": map[string]any{"contributionType": "REGULAR", "contributionYear": 2025},
	}))
	body := func(state string) string {
		return `{"transferId":"20260105000001","externalTransferId":"e-1","mechanism":"ACH","direction":"INCOMING",
			"state":"` + state + `","rejectReason":null,"amount":1500.50,"estimatedFundsAvailableDate":"2026-01-08",
			"achRelationshipId":"` + id + `","fees":[],"iraDetails":{"contributionType":"REGULAR","contributionYear":2025}}`
	}
	require.JSONEq(t, body("PENDING"), r.Body)
	require.Contains(t, r.Body, `"amount": 1500.50`)
	path := transfersPath + "20260105000001"
	s.advance(100 * time.Hour) // Friday 13:30 in New York
	s.logIn("apex_api")
	require.JSONEq(t, body("PENDING"), s.get(path).Body, "it waits for an approval")

	s.good(simulationPath+"20260105000001/approve", nil)
	for _, stage := range []struct {
		wait  time.Duration
		state string
	}{
		{0, "APPROVED"},
		{72*time.Hour - time.Second, "APPROVED"}, // over the weekend
		{time.Second, "FUNDS_POSTED"},
		{5*time.Hour + 30*time.Minute, "SENT_TO_BANK"},
		{13*time.Hour + 30*time.Minute, "COMPLETE"},
		{1000 * time.Hour, "COMPLETE"},
	} {
		s.advance(stage.wait)
		s.logIn("apex_api")
		require.JSONEq(t, body(stage.state), s.get(path).Body)
	}
	require.Equal(t, http.StatusNotFound, s.get(transfersPath+"20260105000002").Status)
	s.in("default", func(w *world.World) {
		all := Transfers(w)
		require.Len(t, all, 1)
		require.Equal(t, int64(150050), all[0].AmountCents)
	})
}

func TestWithdrawal(t *testing.T) {
	t.Parallel()
	s := serve(t, option{})
	s.logIn("apex_api")
	id := s.approvedRelationship()
	withdraw := func(external, kind string, amount any) map[string]any {
		body := deposit(id, external, amount)
		body["disbursementType"] = kind
		if amount == nil {
			delete(body, "amount")
		}
		return body
	}
	r := s.good(withdrawalsPath, withdraw("w-1", "PARTIAL_BALANCE", "100"))
	require.JSONEq(t, `{"transferId":"20260105000001","externalTransferId":"w-1","mechanism":"ACH","direction":"OUTGOING",
		"state":"PENDING","rejectReason":null,"disbursementType":"PARTIAL_BALANCE","requestedAmount":100,"amount":100,
		"achRelationshipId":"`+id+`","fees":[],"iraDetails":null}`, r.Body)
	r = s.send(http.MethodPost, simulationPath+"20260105000001/approve", "this is no JSON")
	require.Equal(t, http.StatusOK, r.Status, "the simulation looks at no body")
	require.Equal(t, "APPROVED", r.text("state"))
	require.Contains(t, s.refused(simulationPath+"20260105000001/approve", http.StatusBadRequest, nil),
		"transfer 20260105000001 is APPROVED and cannot be approved")

	nothing := s.refused(withdrawalsPath, http.StatusBadRequest, withdraw("w-2", "FULL_BALANCE", nil))
	require.Contains(t, nothing, "full balance")
	in := s.good(depositsPath, deposit(id, "d-1", "250.25")).text("transferId")
	s.good(simulationPath+in+"/approve", nil)
	s.advance(24 * time.Hour)
	r = s.good(withdrawalsPath, withdraw("w-3", "FULL_BALANCE", "7"))
	require.Equal(t, json.Number("150.25"), r.Fields["amount"])
	require.Equal(t, json.Number("150.25"), r.Fields["requestedAmount"])
	nothing = s.refused(withdrawalsPath, http.StatusBadRequest, withdraw("w-4", "FULL_BALANCE", nil))
	require.Contains(t, nothing, "full balance")
	s.good(transfersPath+r.text("transferId")+"/cancel", map[string]any{"comment": "c"})
	s.good(withdrawalsPath, withdraw("w-5", "FULL_BALANCE", nil))

	for _, kind := range []string{"", "ALL"} {
		s.refused(withdrawalsPath, http.StatusBadRequest, withdraw("w-6", kind, "1"))
	}
	s.refused(withdrawalsPath, http.StatusBadRequest, deposit(id, "w-7", "1"))
	s.refused(withdrawalsPath, http.StatusBadRequest, withdraw("w-8", "PARTIAL_BALANCE", nil))
}

func TestTransferRefused(t *testing.T) {
	t.Parallel()
	s := serve(t, option{})
	s.logIn("apex_api")
	id := s.approvedRelationship()
	amounts := []any{
		0, -1, "0.00", "", "abc", "1,000", "100.001", json.Number("0.1e-5"), json.Number("1e9"), "100000000.00",
		true, nil,
		map[string]any{},
		"1e999999999999999999999", "NaN", ".5", "5.",
	}
	for _, amount := range amounts {
		message := s.refused(depositsPath, http.StatusBadRequest, deposit(id, "e", amount))
		require.Contains(t, message, "validation failed: amount ", "%v", amount)
	}
	for _, days := range []any{-1, 366, "two", 1.5, json.Number("1e300")} {
		body := with(deposit(id, "e", 1), map[string]any{"daysToHoldFunds": days})
		message := s.refused(depositsPath, http.StatusBadRequest, body)
		require.Contains(t, message, "daysToHoldFunds", "%v", days)
	}
	bad := func(body map[string]any) string { return s.refused(depositsPath, http.StatusBadRequest, body) }
	require.Contains(t, bad(map[string]any{}), "externalTransferId, amount, achRelationshipId is required")
	require.Contains(t, bad(deposit(id, "", 1)), "externalTransferId may not be empty")
	require.Contains(t, bad(with(deposit(id, "e", 1), map[string]any{"iraDetails": 5})), "iraDetails")
	require.Equal(t, "ach relationship none not found",
		s.refused(depositsPath, http.StatusNotFound, deposit("none", "e", 1)))

	nulls := map[string]any{"daysToHoldFunds": nil, "iraDetails": nil}
	s.good(depositsPath, with(deposit(id, "e", json.Number("99999999.99")), nulls))
	require.Equal(t, "externalTransferId e was used before on account 3AP05057",
		s.refused(depositsPath, http.StatusConflict, deposit(id, "e", 1)))
	require.Contains(t, s.refused(withdrawalsPath, http.StatusConflict,
		with(deposit(id, "e", 1), map[string]any{"disbursementType": "PARTIAL_BALANCE"})), "used before")
	other := s.good(relationshipsPath, with(sevenFields(), map[string]any{"account": "3AP05058"})).text("id")
	s.good(depositsPath, deposit(other, "e", 1))

	pending := s.good(relationshipsPath, with(sevenFields(), map[string]any{"approvalMethod": "MICRO_DEPOSIT"}))
	require.Contains(t, bad(deposit(pending.text("id"), "f", 1)), "is PENDING; a transfer needs")
	s.good(relationshipsPath+"/"+id+"/cancel", nil)
	require.Contains(t, bad(deposit(id, "f", 1)), "is CANCELED; a transfer needs")
	s.refused(depositsPath, http.StatusConflict, deposit(id, "e", 1))
}

func TestTransferCancel(t *testing.T) {
	t.Parallel()
	s := serve(t, option{})
	s.logIn("apex_api")
	id := s.approvedRelationship()
	made := 0
	transfer := func(approve bool, wait time.Duration) string {
		made++
		transfer := s.good(depositsPath, deposit(id, fmt.Sprint("e-", made), 1)).text("transferId")
		if approve {
			s.good(simulationPath+transfer+"/approve", nil)
		}
		s.advance(wait)
		return transfer
	}
	early := transfer(false, 0)
	r := s.good(transfersPath+early+"/cancel", map[string]any{"comment": "wrong amount"})
	require.JSONEq(t, `{"transferId":"`+early+`","externalTransferId":"e-1","mechanism":"ACH","direction":"INCOMING",
		"state":"CANCELED","rejectReason":null}`, r.Body)
	late := s.refused(simulationPath+early+"/approve", http.StatusBadRequest, nil)
	require.Contains(t, late, "is CANCELED and cannot be approved")

	approved := transfer(true, 0)
	s.good(transfersPath+approved+"/cancel", map[string]any{"comment": "c"})
	posted := transfer(true, 4*time.Hour)
	require.Equal(t, "FUNDS_POSTED", s.get(transfersPath+posted).text("state"))
	s.good(transfersPath+posted+"/cancel", map[string]any{"comment": "c"})
	s.advance(44 * time.Hour) // Wednesday 09:30
	s.logIn("apex_api")
	for _, done := range []string{approved, posted} {
		require.Equal(t, "CANCELED", s.get(transfersPath+done).text("state"), "the road ends where it was left")
	}
	sent := transfer(true, 9*time.Hour+30*time.Minute)
	require.Equal(t, "SENT_TO_BANK", s.get(transfersPath+sent).text("state"))
	late = s.refused(transfersPath+sent+"/cancel", http.StatusBadRequest, nil)
	require.Contains(t, late, "is SENT_TO_BANK and cannot be canceled")
	require.Equal(t, http.StatusNotFound, s.post(transfersPath+"20260105999999/cancel", nil).Status)
}

func TestTransferReject(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		assume map[string]string
		want   string
	}{{nil, "OTHER"}, {map[string]string{"reject_reason": "NSF"}, "NSF"}} {
		s := serve(t, option{settings: Settings{Assume: test.assume}})
		s.logIn("apex_api")
		transfer := s.good(depositsPath, deposit(s.approvedRelationship(), "e", 1)).text("transferId")
		require.Equal(t, "REJECTED", s.good(simulationPath+transfer+"/reject", nil).text("state"))
		r := s.get(transfersPath + transfer)
		require.Equal(t, "REJECTED", r.text("state"))
		require.Equal(t, test.want, r.text("rejectReason"))
		s.refused(simulationPath+transfer+"/approve", http.StatusBadRequest, nil)
		require.Equal(t, http.StatusNotFound, s.post(simulationPath+"none/reject", nil).Status)
	}
}

func TestAutoApprove(t *testing.T) {
	t.Parallel()
	for value, want := range map[string][2]string{
		"none": {"PENDING", "PENDING"}, "deposits": {"APPROVED", "PENDING"},
		"withdrawals": {"PENDING", "APPROVED"}, "all": {"APPROVED", "APPROVED"},
	} {
		s := serve(t, option{settings: Settings{Assume: map[string]string{"auto_approve": value}}})
		s.logIn("apex_api")
		id := s.approvedRelationship()
		in := s.good(depositsPath, deposit(id, "d", 1))
		out := s.good(withdrawalsPath, with(deposit(id, "w", 1), map[string]any{"disbursementType": "PARTIAL_BALANCE"}))
		require.Equal(t, want, [2]string{in.text("state"), out.text("state")}, value)
		s.advance(24 * time.Hour)
		if want[0] == "APPROVED" {
			require.Equal(t, "COMPLETE", s.get(transfersPath+in.text("transferId")).text("state"))
		}
	}
}

func TestTransferIDOfNewYork(t *testing.T) {
	t.Parallel()
	s := serve(t, option{})
	s.logIn("apex_api")
	id := s.approvedRelationship()
	for i, want := range []string{"20260105000001", "20260105000002", "20260106000001"} {
		require.Equal(t, want, s.good(depositsPath, deposit(id, fmt.Sprint(i), 1)).text("transferId"))
		s.advance(7 * time.Hour) // 09:30, 16:30, 23:30; then past midnight in UTC only
		if i == 1 {
			s.advance(time.Hour)
		}
	}
}

func TestFundsAvailable(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		now  string
		hold int
		want string
	}{
		{"2026-01-05T09:30:00-05:00", 0, "2026-01-06"},
		{"2026-01-05T13:30:00-05:00", 0, "2026-01-07"},
		{"2026-01-09T09:30:00-05:00", 0, "2026-01-12"},
		{"2026-01-09T09:30:00-05:00", 5, "2026-01-20"}, // over the birthday of Martin Luther King, Jr.
		{"2026-12-31T22:00:00Z", 0, "2027-01-05"},
	} {
		now, err := time.Parse(time.RFC3339, test.now)
		require.NoError(t, err)
		require.Equal(t, test.want, fundsAvailable(now.UTC(), test.hold), test.now)
	}
}

func TestParseCents(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{
		"1": 100, "0.01": 1, "1.5": 150, "001.50": 150, "100.000": 10000, "1.0E7": 1_000_000_000,
		"1e2": 10000, "1E+2": 10000,
		"150e-2": 150, "0.1e1": 100, "99999999.99": 9_999_999_999, "0.000000000000000000001e20": 10,
	} {
		cents, ok := parseCents(text)
		require.True(t, ok, text)
		require.Equal(t, want, cents, text)
	}
	for _, text := range []string{
		"", "0", "0.00", "-1", "+1", "1.", ".5", "1.001", "1e", "1e21", "1e-21", "e5", "1e5e5", "1.5.5", "1 ", "१",
		"100000000", "1e8", "0x10", "1_000", "15e-4",
	} {
		_, ok := parseCents(text)
		require.False(t, ok, text)
	}
	require.Equal(t, json.Number("100"), dollars(10000))
	require.Equal(t, json.Number("100.05"), dollars(10005))
	require.Equal(t, json.Number("0.50"), dollars(50))
}

// FuzzParseCents compares with exact arithmetic.
func FuzzParseCents(f *testing.F) {
	for _, seed := range []string{"100.00", "1e7", "1.0E7", "0.005", "-3", "99999999.99", "1e-2", "007.10", "..", "1e+1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		cents, ok := parseCents(text)
		if !ok {
			return
		}
		require.Positive(t, cents)
		require.LessOrEqual(t, cents, int64(maxAmountCents))
		exact, fine := new(big.Rat).SetString(strings.ToLower(text))
		require.True(t, fine, text)
		require.Zero(t, exact.Cmp(big.NewRat(cents, 100)), text)
		again, ok := parseCents(dollars(cents).String())
		require.True(t, ok)
		require.Equal(t, cents, again)
	})
}
