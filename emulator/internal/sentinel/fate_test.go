package sentinel

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/dataset"
	"tweed/emulator/internal/nacha"
	"tweed/emulator/internal/rules"
	"tweed/emulator/internal/world"
	"tweed/emulator/scenario"
)

// ruled is a server with rules, logged in.
func ruled(t *testing.T, list ...scenario.Rule) *server {
	t.Helper()
	slices.Reverse(list) // the newest is asked first
	s := serve(t, option{rules: list})
	s.logIn("apex_api")
	return s
}

// made makes a transfer of 100 dollars and approves it.
func (s *server) made(path, relationship, external string) string {
	s.t.Helper()
	body := deposit(relationship, external, 100)
	if path == withdrawalsPath {
		body["disbursementType"] = "PARTIAL_BALANCE"
	}
	id := s.good(path, body).text("transferId")
	s.post(simulationPath+id+"/approve", nil)
	return id
}

// at is a transfer's state, with its return code or reject reason.
func (s *server) at(id string) string {
	s.t.Helper()
	r := s.get(transfersPath + id)
	return strings.Join(strings.Fields(r.text("state")+" "+r.text("returnCode")+" "+r.text("rejectReason")), " ")
}

// hour counts from Monday 09:30 in New York.
func hour(day, clock float64) time.Duration {
	return time.Duration(day*24*float64(time.Hour)) + time.Duration((clock-9.5)*float64(time.Hour))
}

// TestFates: what a rule says happens, when it says so. Approved on Monday at 09:30, a transfer is FUNDS_POSTED at
// 13:30, SENT_TO_BANK at 19:00, COMPLETE on Tuesday at 08:30.
func TestFates(t *testing.T) {
	t.Parallel()
	type look struct {
		at   time.Duration
		want string
	}
	days := func(n int) scenario.Span { return scenario.Span{BankingDays: n} }
	hours := func(n int) scenario.Span { return scenario.Span{Duration: time.Duration(n) * time.Hour} }
	for name, c := range map[string]struct {
		then  scenario.Then
		looks []look
	}{
		"return":                      {scenario.Return("R01"), []look{{hour(1, 9), "COMPLETE"}, {hour(3, 8), "COMPLETE"}, {hour(3, 8.5), "RETURNED R01"}}},
		"return after days":           {scenario.Return("R02").In(days(5)), []look{{hour(7, 12), "COMPLETE"}, {hour(8, 9), "RETURNED R02"}}},
		"return after hours":          {scenario.Return("R03").In(hours(1)), []look{{hour(1, 9), "COMPLETE"}, {hour(1, 9.5), "RETURNED R03"}}},
		"return by the operator":      {scenario.Return("R13"), []look{{hour(0, 19.5), "SENT_TO_BANK"}, {hour(0, 20), "RETURNED R13"}}},
		"late return by the operator": {scenario.Return("R13").In(days(3)), []look{{hour(1, 9), "COMPLETE"}, {hour(3, 19), "RETURNED R13"}}},
		"reject":                      {scenario.Reject("NSF"), []look{{0, "REJECTED NSF"}, {hour(9, 9), "REJECTED NSF"}}},
		"reject later":                {scenario.Reject("OTHER").In(hours(2)), []look{{0, "PENDING"}, {hour(0, 11.5), "REJECTED OTHER"}, {hour(9, 9), "REJECTED OTHER"}}},
		"noc":                         {scenario.Correct("C01"), []look{{hour(9, 9), "COMPLETE"}}},
		"stay pending":                {scenario.Stay("PENDING"), []look{{0, "PENDING"}, {hour(99, 9), "PENDING"}}},
		"stay pending for a while": {scenario.Stay("PENDING").In(hours(2)), []look{
			{0, "PENDING"}, {hour(0, 11.5), "APPROVED"}, {hour(1, 9), "COMPLETE"},
		}},
		"stay frozen":          {scenario.Stay("FROZEN").In(days(2)), []look{{0, "FROZEN"}, {hour(2, 9), "FROZEN"}, {hour(2, 9.5), "APPROVED"}, {hour(3, 9), "COMPLETE"}}},
		"stay with the broker": {scenario.Stay("PENDING_BROKER_APPROVAL"), []look{{0, "PENDING_BROKER_APPROVAL"}, {hour(99, 9), "PENDING_BROKER_APPROVAL"}}},
		"stay approved": {scenario.Stay("APPROVED").In(days(2)), []look{
			{hour(2, 9), "APPROVED"}, {hour(2, 9.5), "FUNDS_POSTED"}, {hour(2, 19), "SENT_TO_BANK"}, {hour(3, 9), "COMPLETE"},
		}},
		"stay approved for less than the road": {scenario.Stay("APPROVED").In(hours(1)), []look{{hour(0, 13.5), "FUNDS_POSTED"}, {hour(1, 9), "COMPLETE"}}},
		"stay posted":                          {scenario.Stay("FUNDS_POSTED"), []look{{hour(0, 14), "FUNDS_POSTED"}, {hour(99, 9), "FUNDS_POSTED"}}},
		"stay at the bank":                     {scenario.Stay("SENT_TO_BANK").In(days(3)), []look{{hour(3, 18), "SENT_TO_BANK"}, {hour(3, 19), "COMPLETE"}}},
		"fail at the bank":                     {scenario.Stay("FAILED_AT_BANK"), []look{{hour(0, 19), "SENT_TO_BANK"}, {hour(1, 9), "FAILED_AT_BANK"}, {hour(99, 9), "FAILED_AT_BANK"}}},
		"restricted":                           {scenario.Stay("COMPLETE_RESTRICTED"), []look{{hour(1, 9), "COMPLETE_RESTRICTED"}, {hour(99, 9), "COMPLETE_RESTRICTED"}}},
		"pass":                                 {scenario.Then{InTurn: []scenario.Then{{}}}, []look{{0, "APPROVED"}, {hour(9, 9), "COMPLETE"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, path := range []string{depositsPath, withdrawalsPath} {
				s := ruled(t, scenario.Rule{ACH: scenario.AnyACH, Then: c.then})
				id := s.made(path, s.approvedRelationship(), "e")
				now := time.Duration(0)
				for _, one := range c.looks {
					s.advance(one.at - now)
					now = one.at
					s.logIn("apex_api") // a login lives for a day
					require.Equal(t, one.want, s.at(id), "%s at %s", path, monday.Add(one.at))
				}
			}
		})
	}
}

// TestFateWords: the words that the scenario language takes are those of the machine and of the assumptions.
func TestFateWords(t *testing.T) {
	t.Parallel()
	for _, state := range scenario.StayStates() {
		require.Contains(t, transitions, State(state))
	}
	for _, reason := range scenario.RejectReasons() {
		s := ruled(t, scenario.Rule{ACH: scenario.Deposit, Then: scenario.Reject(reason)})
		require.Equal(t, "REJECTED "+reason, s.at(s.made(depositsPath, s.approvedRelationship(), "e")))
	}
}

// TestFateEndsEarly: what the client does while a transfer stays: a cancel ends it, and nothing comes afterwards.
func TestFateEndsEarly(t *testing.T) {
	t.Parallel()
	day := scenario.Span{Duration: 24 * time.Hour}
	for name, then := range map[string]scenario.Then{
		"stay": scenario.Stay("PENDING").In(day), "reject": scenario.Reject("NSF").In(day), "frozen": scenario.Stay("FROZEN").In(day),
		"return": scenario.Return("R01"), "operator": scenario.Return("R13"), "noc": scenario.Correct("C01"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := ruled(t, scenario.Rule{ACH: scenario.Deposit, Then: then})
			relationship := s.approvedRelationship()
			id := s.made(depositsPath, relationship, "e")
			s.good(transfersPath+id+"/cancel", nil)
			s.advance(24 * time.Hour * 9)
			s.logIn("apex_api")
			require.Equal(t, "CANCELED", s.at(id))
			require.Equal(t, "********6789", s.get(relationshipsPath+"/"+relationship).text("bankAccount"))
		})
	}
	s := ruled(t, scenario.Rule{Name: "stuck", ACH: scenario.Deposit, Then: scenario.Stay("PENDING").In(day)})
	id := s.good(depositsPath, deposit(s.approvedRelationship(), "e", 1)).text("transferId")
	s.advance(25 * time.Hour)
	s.logIn("apex_api")
	require.Equal(t, "PENDING", s.at(id), "nobody has approved it")
	require.Equal(t, "APPROVED", s.good(simulationPath+id+"/approve", nil).text("state"))
}

// TestFateFacts: rules choose by what a transfer is about; amounts also where the request has none.
func TestFateFacts(t *testing.T) {
	t.Parallel()
	for fact, values := range map[string][2]any{
		"account": {"3AP05057", "3AP05058"}, "account_mask": {"0000", "1111"}, "amount_cents": {10_000, 10_001},
		"direction": {"INCOMING", "OUTGOING"}, "external_transfer_id": {"e", "f"}, "institution_id": {"ins_109508", "ins_1"},
		"routing_number": {"011401533", "121000358"}, "user": {"user_good", "user_custom"}, "world": {"default", "other"},
	} {
		t.Run(fact, func(t *testing.T) {
			t.Parallel()
			for i, value := range values {
				s := ruled(t, scenario.Rule{ACH: scenario.Deposit, Where: scenario.Where{fact: scenario.Is(value)}, Then: scenario.Reject("NSF")})
				token, _ := s.processorToken("0000", "apex_clearing")
				id := s.good(relationshipsPath, ofToken("plaidProcessorToken", token, "PLAID_TOKEN")).text("id")
				want := []string{"REJECTED NSF", "APPROVED"}[i]
				require.Equal(t, want, s.at(s.made(depositsPath, id, "e")), "%v", value)
			}
		})
	}
	s := ruled(t, scenario.Rule{
		ACH: scenario.Withdrawal, Where: scenario.Where{"amount_cents": scenario.AtLeast(10_000)}, Then: scenario.Reject("NSF"),
	})
	id := s.approvedRelationship()
	s.made(depositsPath, id, "d")
	s.advance(24 * time.Hour)
	body := deposit(id, "w", nil)
	delete(body, "amount")
	body["disbursementType"] = fullBalance
	require.Equal(t, "REJECTED", s.good(withdrawalsPath, body).text("state"))
}

// TestUserReturns: each account of the test user does what its name says, for a client with a token and for one with
// plain numbers; a notification comes once, withdrawals go through.
func TestUserReturns(t *testing.T) {
	t.Parallel()
	user, ok := dataset.FindUser("user_returns")
	require.True(t, ok)
	set := user.AccountSet()
	require.Greater(t, len(set.Accounts), 10)
	for _, a := range set.Accounts {
		t.Run(a.Name, func(t *testing.T) {
			t.Parallel()
			require.Contains(t, a.Name, "••"+a.Mask)
			require.True(t, strings.HasSuffix(a.Numbers.Account, a.Mask))
			require.NoError(t, nacha.ValidRouting(a.Numbers.Routing))
			s := ruled(t)
			relationship := s.good(relationshipsPath, with(sevenFields(), map[string]any{
				"bankAccount": a.Numbers.Account, "bankRoutingNumber": a.Numbers.Routing,
			})).text("id")
			in, out := s.made(depositsPath, relationship, "e"), s.made(withdrawalsPath, relationship, "w")
			s.advance(10 * 24 * time.Hour)
			s.logIn("apex_api")
			require.Equal(t, "COMPLETE", s.at(out))
			word, text, _ := strings.Cut(a.Name, " ")
			switch word {
			case "Good", "C01", "C02", "C05":
				require.Equal(t, "COMPLETE", s.at(in))
				before, after := sevenFields(), s.get(relationshipsPath+"/"+relationship)
				changed := []bool{
					after.text("bankAccount") != "********"+a.Mask, after.text("bankRoutingNumber") != a.Numbers.Routing,
					after.text("bankAccountType") != before["bankAccountType"],
				}
				require.Equal(t, []bool{word == "C01", word == "C02", word == "C05"}, changed)
				require.NoError(t, nacha.ValidRouting(after.text("bankRoutingNumber")))
			case "Rejected":
				require.Equal(t, "REJECTED "+strings.Fields(text)[0], s.at(in))
			case "Stays":
				require.Equal(t, strings.Fields(text)[0], s.at(in))
			default:
				require.Equal(t, "RETURNED "+word, s.at(in))
			}
			again := s.made(depositsPath, relationship, "e2")
			s.in("default", func(w *world.World) {
				made, _ := transfers.Get(w, again)
				require.Equal(t, word[0] == 'C' || word == "Good", made.Fate == fate{}, "a notification comes once")
			})
		})
	}
}

// TestRuleWinsOverAccount: also a rule that lets the transfer pass does not undo what the account says.
func TestRuleWinsOverAccount(t *testing.T) {
	t.Parallel()
	s := ruled(t, scenario.Rule{ACH: scenario.Deposit, Then: scenario.Then{InTurn: []scenario.Then{scenario.Return("R03"), {}}}})
	relationship := s.good(relationshipsPath, with(sevenFields(), map[string]any{
		"bankAccount": "1111222233330001", "bankRoutingNumber": "011401533",
	})).text("id")
	var ids []string
	for i := range 3 {
		ids = append(ids, s.made(depositsPath, relationship, fmt.Sprint(i)))
	}
	s.advance(9 * 24 * time.Hour)
	s.logIn("apex_api")
	require.Equal(t, "RETURNED R03", s.at(ids[0]))
	require.Equal(t, "RETURNED R01", s.at(ids[1]))
	require.Equal(t, "RETURNED R01", s.at(ids[2]))
}

// TestNotification: the values that a rule names, and those that are made up.
func TestNotification(t *testing.T) {
	t.Parallel()
	bank := bankAccount{Number: "123456789", Routing: "121000358", Type: checking, Owner: "Jane Doe"}
	for _, change := range nacha.Changes() {
		for dice := range byte(40) {
			var bytes [64]byte
			for i := range bytes {
				bytes[i] = dice * byte(i+7)
			}
			filled := correction{Code: change.Code}.filled(bank, bytes)
			after := filled.apply(bank)
			require.Equal(t, slices.Contains(change.Corrects, nacha.AccountNumber), after.Number != bank.Number, change.Code)
			require.Equal(t, slices.Contains(change.Corrects, nacha.RoutingNumber), after.Routing != bank.Routing, change.Code)
			require.Equal(t, slices.Contains(change.Corrects, nacha.AccountType), after.Type != bank.Type, change.Code)
			require.Len(t, after.Number, len(bank.Number))
			require.NoError(t, nacha.ValidRouting(after.Routing))
			require.Equal(t, bank.Owner, after.Owner)
		}
	}
	given := correction{Code: "C07", Number: "5", Routing: "011401533", Type: savings}
	require.Equal(t, given, given.filled(bank, [64]byte{}))
	require.Equal(t, checking, correction{Code: "C05"}.filled(bankAccount{Type: savings}, [64]byte{}).Type)
	require.Empty(t, correction{Code: "C01"}.filled(bankAccount{}, [64]byte{}).Number)

	s := ruled(t, scenario.Rule{Name: "noc", ACH: scenario.Deposit, Then: scenario.Then{NOC: scenario.NOC{Code: "C06", Type: "SAVINGS"}}})
	relationship := s.approvedRelationship()
	id := s.made(depositsPath, relationship, "e")
	s.advance(9 * 24 * time.Hour)
	s.in("default", func(w *world.World) {
		made, _ := transfers.Get(w, id)
		r, _ := relationships.Get(w, relationship)
		require.Equal(t, []correction{made.Change}, r.Changes)
		require.Equal(t, "C06", made.Change.Code)
		require.Equal(t, r.Bank.Number, made.Change.Number)
		require.Equal(t, savings, r.Bank.Type)
		require.Equal(t, time.Date(2026, 1, 8, 13, 30, 0, 0, time.UTC), made.Change.At)
		require.Equal(t, relationshipApproved, r.Status)
	})
}

// manyFates are rules that give a hundred deposits all kinds of fates, by dice.
func manyFates() []scenario.Rule {
	var list []scenario.Rule
	for i, then := range []scenario.Then{
		scenario.Return("R01"), scenario.Return("R13").In(scenario.Span{BankingDays: 4}), scenario.Correct("C03"),
		scenario.Reject("NSF").In(scenario.Span{Duration: 30 * time.Hour}), scenario.Reject("OTHER"), scenario.Stay("PENDING"),
		scenario.Stay("APPROVED").In(scenario.Span{BankingDays: 2}), scenario.Stay("FROZEN").In(scenario.Span{Duration: 50 * time.Hour}),
		scenario.Stay("SENT_TO_BANK").In(scenario.Span{BankingDays: 3}), scenario.Stay("COMPLETE_RESTRICTED"),
	} {
		list = append(list, scenario.Rule{Name: fmt.Sprintf("r%d", i), ACH: scenario.AnyACH, Chance: 0.15, Then: then})
	}
	return list
}

// TestFateElsewhere: a world that is exported in the middle and goes on elsewhere comes to the same end, byte for byte,
// and so does another run with the same seed.
func TestFateElsewhere(t *testing.T) {
	t.Parallel()
	whole := func(w *world.World) string {
		export, err := w.Export()
		require.NoError(t, err)
		text, err := json.Marshal(export)
		require.NoError(t, err)
		return string(text)
	}
	start := func() *server {
		s := ruled(t, manyFates()...)
		relationship := s.approvedRelationship()
		for i := range 60 {
			s.made([]string{depositsPath, withdrawalsPath}[i%2], relationship, fmt.Sprint(i))
			if i%3 == 0 {
				s.microRelationship()
			}
		}
		return s
	}
	end := monday.AddDate(0, 0, 45)
	var ends []string
	first, second := start(), start()
	states, micro := map[State]bool{}, map[State]bool{}
	for range 20 {
		first.in("default", func(w *world.World) {
			w.Advance(7 * time.Hour)
			saved, err := w.Export()
			require.NoError(t, err)
			text, err := json.Marshal(saved)
			require.NoError(t, err)
			var read world.Export
			require.NoError(t, json.Unmarshal(text, &read))
			other := newWorld(t)
			require.NoError(t, other.Import(read))
			other.AdvanceTo(end)
			ends = append(ends, whole(other))
		})
	}
	second.in("default", func(w *world.World) {
		w.AdvanceTo(end)
		for _, one := range Transfers(w) {
			states[one.State] = true
			if one.Micro.Pair > 0 {
				micro[one.State] = true
			}
		}
	})
	first.in("default", func(w *world.World) {
		w.AdvanceTo(end)
		ends = append(ends, whole(w))
	})
	second.in("default", func(w *world.World) { ends = append(ends, whole(w)) })
	require.Len(t, slices.Compact(ends), 1)
	require.GreaterOrEqual(t, len(states), 4, "the rules give all kinds of ends")
	require.GreaterOrEqual(t, len(micro), 4, "to micro-deposits, too")
}

// TestFateCounts: a transfer that is refused is no transfer: it uses no rule up.
func TestFateCounts(t *testing.T) {
	t.Parallel()
	s := ruled(t, scenario.Rule{Name: "once", ACH: scenario.Deposit, Times: 1, Then: scenario.Reject("NSF")})
	id := s.approvedRelationship()
	s.refused(depositsPath, 400, deposit(id, "", 1))
	s.refused(depositsPath, 400, deposit(id, "e", -1))
	s.in("default", func(w *world.World) { require.Zero(t, scenario.Used("once", rules.Progress{World: w})) })
	require.Equal(t, "REJECTED NSF", s.at(s.made(depositsPath, id, "e")))
	s.refused(depositsPath, 409, deposit(id, "e", 1))
	require.Equal(t, "APPROVED", s.at(s.made(depositsPath, id, "f")))
}
