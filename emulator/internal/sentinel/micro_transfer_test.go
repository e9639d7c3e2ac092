package sentinel

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/world"
	"tweed/emulator/scenario"
)

// pair finds the transfer of a relationship's last pair.
func (s *server) pair(relationship string) (found Transfer) {
	s.t.Helper()
	s.in("default", func(w *world.World) {
		r, ok := relationships.Get(w, relationship)
		require.True(s.t, ok)
		found, ok = r.pair(w)
		require.True(s.t, ok)
	})
	return found
}

// events are a topic's statuses, each with its reason.
func (s *server) events(topic string) (out []string) {
	s.t.Helper()
	for _, n := range s.ale(topic, "") {
		var payload struct{ Status, Reason string }
		require.NoError(s.t, json.Unmarshal([]byte(n.Payload), &payload))
		out = append(out, strings.TrimSpace(payload.Status+" "+payload.Reason))
	}
	return out
}

// days advances and logs in again: a login lives for a day.
func (s *server) days(n int) {
	s.t.Helper()
	s.advance(time.Duration(n) * 24 * time.Hour)
	s.logIn("apex_api")
}

// TestMicroDepositEvents: a pair is one transfer, which walks to COMPLETE without an approval; its events have the
// members of a public client and stand in their own topic only.
func TestMicroDepositEvents(t *testing.T) {
	t.Parallel()
	s := serve(t, option{})
	s.logIn("apex_api")
	id := s.microRelationship()
	s.days(2)
	var got []string
	for _, n := range s.ale(topicMicroDeposit, "") {
		got = append(got, n.Payload)
	}
	var want []string
	for _, one := range [][2]string{
		{"2026-01-05T14:30:00.000Z", "PENDING"},
		{"2026-01-05T14:30:00.000Z", "APPROVED"},
		{"2026-01-05T18:30:00.000Z", "FUNDS_POSTED"},
		{"2026-01-06T00:00:00.000Z", "SENT_TO_BANK"},
		{"2026-01-06T13:30:00.000Z", "COMPLETE"},
	} {
		want = append(want, `{"timestamp":"`+one[0]+`","transferId":"20260105000001","externalTransferId":null,`+
			`"transferMechanism":"ACH","direction":"OUTGOING","account":"3AP05057","correspondentCode":"APX1","status":"`+
			one[1]+`","reason":null,"achRelationshipId":"`+id+`"}`)
	}
	require.Equal(t, want, got)
	require.Empty(t, s.ale(topicTransfer, ""))
	require.Equal(t, "PENDING", s.get(relationshipsPath+"/"+id).text("status"), "the customer has not confirmed")
	require.Equal(t, []string{"PENDING"}, s.events(topicRelationship))
}

// TestMicroDepositIsNoTransferOfTheAccount: it is found by its id, and counts nowhere.
func TestMicroDepositIsNoTransferOfTheAccount(t *testing.T) {
	t.Parallel()
	s := serve(t, option{})
	s.logIn("apex_api")
	none := s.get(availablePath + "3AP05057").Body
	id := s.microRelationship()
	pair := s.microAmounts(id)
	one, _ := parseCents(pair[0].String())
	two, _ := parseCents(pair[1].String())
	sum := dollars(one + two).String()
	for _, state := range []string{"APPROVED", "COMPLETE"} {
		require.JSONEq(t, `{"transferId":"20260105000001","externalTransferId":null,"mechanism":"ACH","direction":"OUTGOING",
			"state":"`+state+`","rejectReason":null,"amount":`+sum+`,"achRelationshipId":"`+id+`","fees":[],"iraDetails":null}`,
			s.get(transfersPath+"20260105000001").Body)
		require.JSONEq(t, "[]", s.get("/sentinel/api/v1/transfers?account=3AP05057").Body)
		require.JSONEq(t, none, s.get(availablePath+"3AP05057").Body)
		s.days(2)
	}
	s.in("default", func(w *world.World) { require.Len(t, Transfers(w), 1) })
	plaid := s.approvedRelationship()
	require.Contains(t, s.refused(withdrawalsPath, http.StatusBadRequest, map[string]any{
		"achRelationshipId": plaid, "externalTransferId": "w", "disbursementType": "FULL_BALANCE",
	}), "has none here")
	require.Equal(t, "20260109000001", s.good(depositsPath, deposit(plaid, "e", 1)).text("transferId"))
}

// TestMicroDepositTakenBack: by what and at which moment of the road the relationship is decided; where the transfer
// stands at once and in the end, and how its money went.
func TestMicroDepositTakenBack(t *testing.T) {
	t.Parallel()
	canceled := []string{"CANCELED", "CANCELED", ""}
	for after, c := range map[time.Duration][]string{
		0:             canceled,
		hour(0, 14):   {"CANCELED", "CANCELED", "firm-held held-firm"},
		hour(0, 19):   {"SENT_TO_BANK", "COMPLETE", "firm-held held-bank bank-firm"},
		hour(1, 8.5):  {"COMPLETE", "COMPLETE", "firm-held held-bank bank-firm"},
		hour(20, 9.5): {"COMPLETE", "COMPLETE", "firm-held held-bank bank-firm"},
	} {
		for name, end := range map[string]func(s *server, id string, pair [2]json.Number){
			"approved": func(s *server, id string, pair [2]json.Number) {
				s.good(relationshipsPath+"/"+id+"/approve", told(pair[0], pair[1]))
			},
			"canceled": func(s *server, id string, _ [2]json.Number) { s.good(relationshipsPath+"/"+id+"/cancel", nil) },
			"third wrong try": func(s *server, id string, pair [2]json.Number) {
				for range 3 {
					require.Empty(t, s.pair(id).Micro.TakenBack)
					s.refused(relationshipsPath+"/"+id+"/approve", http.StatusBadRequest, told(pair[0], pair[0]))
				}
			},
		} {
			t.Run(fmt.Sprintf("%s after %s", name, after), func(t *testing.T) {
				t.Parallel()
				s := serve(t, option{})
				s.logIn("apex_api")
				id := s.microRelationship()
				s.advance(after)
				s.logIn("apex_api")
				end(s, id, s.microAmounts(id))
				status := s.get(relationshipsPath + "/" + id).Body
				require.Equal(t, State(c[0]), s.pair(id).State)
				s.days(5)
				require.Equal(t, State(c[1]), s.pair(id).State)
				require.Equal(t, c[2], s.moves())
				require.Equal(t, status, s.get(relationshipsPath+"/"+id).Body, "its transfer does not change it")
				back := s.pair(id)
				s.post(relationshipsPath+"/"+id+"/cancel", nil)
				require.Equal(t, back, s.pair(id), "it is taken back once")
			})
		}
	}
}

// moves are all postings of the world in the order in which they were made: "firm-held held-bank".
func (s *server) moves() string {
	s.t.Helper()
	var out []string
	s.in("default", func(w *world.World) {
		places := map[place]posting{}
		for _, p := range postings.All(w) {
			places[p.From] = p
		}
		for at := ofFirm; places[at].To != "" && len(out) < len(places); at = places[at].To {
			out = append(out, string(at)+"-"+string(places[at].To))
		}
		require.Len(s.t, out, postings.Len(w))
	})
	return strings.Join(out, " ")
}

// TestMicroDepositFails: a pair that is rejected, comes back or is canceled leaves the relationship PENDING; its amounts
// cannot be told any more, and another pair can be sent at once, twice at most.
func TestMicroDepositFails(t *testing.T) {
	t.Parallel()
	for state, c := range map[string]struct {
		then scenario.Then
		fail func(s *server, transfer string)
	}{
		"REJECTED COMPLIANCE": {then: scenario.Reject("COMPLIANCE")},
		"FAILED_AT_BANK":      {then: scenario.Stay("FAILED_AT_BANK")},
		"RETURNED R03":        {then: scenario.Return("R03")},
		"RETURNED R04": {
			then: scenario.Return("R04").In(scenario.Span{Duration: time.Hour}),
		},
		"REJECTED OTHER": {
			then: scenario.Stay("PENDING"),
			fail: func(s *server, transfer string) { s.good(simulationPath+transfer+"/reject", nil) },
		},
		"CANCELED": {
			then: scenario.Stay("FUNDS_POSTED"),
			fail: func(s *server, transfer string) { s.good(transfersPath+transfer+"/cancel", nil) },
		},
	} {
		t.Run(state, func(t *testing.T) {
			t.Parallel()
			s := ruled(t, scenario.Rule{ACH: scenario.MicroDeposit, Then: c.then})
			id := s.microRelationship()
			approve, reissue := relationshipsPath+"/"+id+"/approve", relationshipsPath+"/"+id+"/reissue"
			for set := range 3 {
				s.days(7)
				if c.fail != nil {
					c.fail(s, s.pair(id).ID)
				}
				require.Equal(t, state, s.at(s.pair(id).ID))
				require.Equal(t, set+1, s.pair(id).Micro.Pair)
				pair := s.microAmounts(id)
				require.Equal(t, "the micro-deposits of ach relationship "+id+" are "+strings.Fields(state)[0]+"; they have to be reissued",
					s.refused(approve, http.StatusBadRequest, told(pair[0], pair[1])))
				require.Equal(t, "PENDING", s.get(relationshipsPath+"/"+id).text("status"))
				if set < 2 {
					require.Equal(t, "PENDING", s.good(reissue, nil).text("status"))
				}
			}
			require.Contains(t, s.refused(reissue, http.StatusBadRequest, nil), "two reissues are used")
			require.Equal(t, state, s.events(topicMicroDeposit)[len(s.events(topicMicroDeposit))-1])
			require.Equal(t, "CANCELED", s.good(relationshipsPath+"/"+id+"/cancel", nil).text("status"))
			require.Equal(t, state, s.at(s.pair(id).ID))
		})
	}
}

// TestMicroDepositSimulation: what the test mode's calls do with the id of micro-deposits.
func TestMicroDepositSimulation(t *testing.T) {
	t.Parallel()
	s := serve(t, option{})
	s.logIn("apex_api")
	id := s.microRelationship()
	transfer := s.pair(id).ID
	for action, want := range map[string]string{
		"approve": "is APPROVED and cannot be approved", "reject": "is APPROVED and cannot be rejected",
		"return": "is APPROVED and cannot be returned",
	} {
		require.Contains(t, s.refused(simulationPath+transfer+"/"+action, http.StatusBadRequest, nil), want)
	}
	require.JSONEq(t, `{"transferId":"`+transfer+`","externalTransferId":null,"mechanism":"ACH","direction":"OUTGOING",
		"state":"APPROVED","rejectReason":null}`,
		s.good(simulationPath+transfer+"/noc", map[string]any{"newBankAccountType": "SAVINGS"}).Body)
	require.Equal(t, "SAVINGS", s.get(relationshipsPath+"/"+id).text("bankAccountType"))
	s.days(2)
	require.Equal(t, "R03", s.good(simulationPath+transfer+"/return", nil).text("returnCode"))
	require.Equal(t, "firm-held held-bank bank-firm", s.moves())
	require.Equal(t, "PENDING", s.good(relationshipsPath+"/"+id+"/reissue", nil).text("status"))
	s.days(2)
	s.good(simulationPath+s.pair(id).ID+"/return", map[string]any{"cancelRelationship": true})
	require.Equal(t, "CANCELED", s.get(relationshipsPath+"/"+id).text("status"))
	require.Equal(t, "RETURNED", string(s.pair(id).State))
}

// TestMicroDepositReturnedAfterApproval: the relationship stays approved, and the money that was taken back moves no
// more.
func TestMicroDepositReturnedAfterApproval(t *testing.T) {
	t.Parallel()
	s := ruled(t, scenario.Rule{ACH: scenario.AnyACH, Then: scenario.Return("R03")})
	id := s.microRelationship()
	s.days(1)
	pair := s.microAmounts(id)
	s.good(relationshipsPath+"/"+id+"/approve", told(pair[0], pair[1]))
	s.days(5)
	require.Equal(t, "RETURNED R03", s.at(s.pair(id).ID))
	require.Equal(t, "APPROVED", s.get(relationshipsPath+"/"+id).text("status"))
	require.Equal(t, "firm-held held-bank bank-firm", s.moves())
}

// TestMicroDepositFates: every effect of a rule acts, when it says so; one at another kind of transfer does not.
func TestMicroDepositFates(t *testing.T) {
	t.Parallel()
	day := scenario.Span{Duration: 24 * time.Hour}
	usual := "PENDING APPROVED FUNDS_POSTED SENT_TO_BANK COMPLETE"
	for name, c := range map[string]struct {
		ach  scenario.ACH
		then scenario.Then
		want string
	}{
		"reject":            {then: scenario.Reject("OTHER"), want: "PENDING REJECTED OTHER"},
		"reject later":      {then: scenario.Reject("NSF").In(day), want: "PENDING REJECTED NSF"},
		"return":            {then: scenario.Return("R04"), want: usual + " RETURNED R04"},
		"return by network": {then: scenario.Return("R13"), want: "PENDING APPROVED FUNDS_POSTED SENT_TO_BANK RETURNED R13"},
		"return too late":   {then: scenario.Return("R04").In(scenario.Span{BankingDays: 30}), want: usual},
		"stay pending":      {then: scenario.Stay("PENDING"), want: "PENDING"},
		"stay for a day":    {then: scenario.Stay("FROZEN").In(day), want: "PENDING FROZEN APPROVED FUNDS_POSTED SENT_TO_BANK COMPLETE"},
		"stay at the bank":  {then: scenario.Stay("SENT_TO_BANK"), want: "PENDING APPROVED FUNDS_POSTED SENT_TO_BANK"},
		"notification":      {then: scenario.Correct("C05"), want: usual},
		"any":               {ach: scenario.AnyACH, then: scenario.Reject("OTHER"), want: "PENDING REJECTED OTHER"},
		"withdrawals":       {ach: scenario.Withdrawal, then: scenario.Reject("OTHER"), want: usual},
		"deposits":          {ach: scenario.Deposit, then: scenario.Reject("OTHER"), want: usual},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := ruled(t, scenario.Rule{Name: "r", ACH: cmp.Or(c.ach, scenario.MicroDeposit), Then: c.then})
			id := s.microRelationship()
			s.days(8)
			require.Equal(t, c.want, strings.Join(s.events(topicMicroDeposit), " "))
			require.Equal(t, c.then.NOC.Code == "C05", s.get(relationshipsPath+"/"+id).text("bankAccountType") == "SAVINGS")
			if c.then.NOC.Code != "" {
				require.Equal(t, "C05", s.pair(id).Change.Code)
			}
		})
	}
}

// TestMicroDepositFacts: what a rule can ask: of the amounts the sum.
func TestMicroDepositFacts(t *testing.T) {
	t.Parallel()
	plain := serve(t, option{})
	plain.logIn("apex_api")
	sum := int(plain.pair(plain.microRelationship()).AmountCents)
	for fact, values := range map[string][2]scenario.Condition{
		"account":              {scenario.Is("3AP05057"), scenario.Is("3AP05058")},
		"account_mask":         {scenario.Is("6789"), scenario.Is("0000")},
		"amount_cents":         {scenario.Is(sum), scenario.Is(sum + 1)},
		"direction":            {scenario.Is("OUTGOING"), scenario.Is("INCOMING")},
		"external_transfer_id": {{Missing: true}, {Present: true}},
		"routing_number":       {scenario.Is("121000358"), scenario.Is("011401533")},
		"user":                 {{Missing: true}, {Present: true}},
		"world":                {scenario.Is("default"), scenario.Is("other")},
	} {
		for i, value := range values {
			s := ruled(t, scenario.Rule{
				ACH: scenario.MicroDeposit, Where: scenario.Where{fact: value}, Then: scenario.Reject("OTHER"),
			})
			require.Equal(t, []State{Rejected, Approved}[i], s.pair(s.microRelationship()).State, "%s: %v", fact, value)
		}
	}
	returned := ruled(t)
	id := returned.good(relationshipsPath, with(sevenFields(), map[string]any{
		"approvalMethod": "MICRO_DEPOSIT", "bankAccount": "1111222233330002", "bankRoutingNumber": "011401533",
	})).text("id")
	returned.days(9)
	require.Equal(t, Complete, returned.pair(id).State, "what the test user's accounts do is about deposits")
}

// TestMicroDepositsBefore: a relationship of a world that was exported before there were transfers for its pairs.
func TestMicroDepositsBefore(t *testing.T) {
	t.Parallel()
	s := serve(t, option{})
	s.logIn("apex_api")
	id := s.microRelationship()
	s.in("default", func(w *world.World) {
		r, _ := relationships.Get(w, id)
		t, _ := r.pair(w)
		transfers.Delete(w, t.ID)
	})
	pair := s.microAmounts(id)
	s.refused(relationshipsPath+"/"+id+"/reissue", http.StatusBadRequest, nil)
	s.refused(relationshipsPath+"/"+id+"/approve", http.StatusBadRequest, told(pair[0], pair[0]))
	require.Equal(t, "APPROVED", s.good(relationshipsPath+"/"+id+"/approve", told(pair[0], pair[1])).text("status"))
	s.days(3)
}
