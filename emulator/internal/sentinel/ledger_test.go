package sentinel

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/world"
	"tweed/emulator/scenario"
)

// TestPlaces: what each state does to the money of each direction, and that no change of a state comes from nowhere.
func TestPlaces(t *testing.T) {
	t.Parallel()
	table := map[scenario.ACH]map[place][]State{
		scenario.Deposit: {
			atBank: {
				Pending, PendingBrokerApproval, Frozen, Approved, FailedAtBank, Returned, Rejected, Canceled,
			},
			held: {FundsPosted, SentToBank, CompleteRestricted}, inCash: {Complete},
		},
		scenario.Withdrawal: {
			inCash: {
				Pending, PendingBrokerApproval, Frozen, Approved, FailedAtBank, Returned, Rejected, Canceled,
			},
			held: {FundsPosted, SentToBank, CompleteRestricted}, atBank: {Complete},
		},
		scenario.MicroDeposit: {
			ofFirm: {
				Pending, PendingBrokerApproval, Frozen, Approved, FailedAtBank, Returned, Rejected, Canceled,
			},
			held: {FundsPosted, SentToBank, CompleteRestricted}, atBank: {Complete},
		},
	}
	for kind, places := range table {
		n := 0
		for where, all := range places {
			for _, s := range all {
				require.Equal(t, where, placeOf(kind, s), "%s %s", kind, s)
				n++
			}
		}
		require.Len(t, transitions, n)
	}
}

// TestNoWayBack: a transfer comes into no state twice, and the states that end it are left by nothing but a return of
// what was complete.
func TestNoWayBack(t *testing.T) {
	t.Parallel()
	var walk func(s State, seen []State)
	walk = func(s State, seen []State) {
		require.NotContains(t, seen, s)
		for _, to := range transitions[s] {
			require.Contains(t, transitions, to)
			walk(to, append(seen[:len(seen):len(seen)], s))
		}
	}
	walk(Pending, nil)
	for _, s := range []State{Rejected, Canceled, Returned, FailedAtBank} {
		require.Empty(t, transitions[s], s)
	}
	for _, s := range []State{Complete, CompleteRestricted} {
		require.Equal(t, map[event]State{onReturn: Returned}, transitions[s])
	}
}

// books is a random walk's own account of the money, made from what the API answers.
type books struct {
	*server
	relationships []string
	transfers     []string          // deposits and withdrawals
	micro         []string          // relationships by micro-deposits
	reached       map[string]bool   // states, those of micro-deposits with where their money is
	states        map[string]string // the last one seen, by transfer
	amounts       map[string]amounts
	withdrawal    map[string]bool
	used          int
}

// amounts are those of a transfer's answer, in cents.
type amounts struct{ requested, bank, fee int64 }

func (b *books) amountsIn(r reply) amounts {
	b.t.Helper()
	cents := func(value any) int64 {
		n, _ := value.(json.Number)
		cents, ok := parseCents(n.String())
		require.True(b.t, ok, r.Body)
		return cents
	}
	out := amounts{bank: cents(r.Fields["amount"])}
	out.requested = out.bank
	if asked := r.Fields["requestedAmount"]; asked != nil {
		out.requested = cents(asked)
	}
	fees, _ := r.Fields["fees"].([]any)
	for _, one := range fees {
		out.fee += cents(one.(map[string]any)["customerDebitAmount"])
	}
	return out
}

// settled says for a state whether a deposit is in the account, or a withdrawal out of it.
var settled = map[string][2]bool{
	"FUNDS_POSTED": {false, true}, "SENT_TO_BANK": {false, true}, "COMPLETE_RESTRICTED": {false, true}, "COMPLETE": {true, true},
}

// step does one thing, chosen by two bytes; what it is told is compared by check.
func (b *books) step(what, which byte) {
	relationship := b.relationships[int(which)%len(b.relationships)]
	transfer := "none"
	if len(b.transfers) > 0 {
		transfer = b.transfers[int(which)%len(b.transfers)]
	}
	switch what % 15 {
	case 0, 1:
		b.used++
		cents := int64(which)*int64(which) + 1
		body := deposit(relationship, fmt.Sprint(b.used), dollars(cents))
		path := depositsPath
		if what%15 == 1 {
			path, body["disbursementType"] = withdrawalsPath, "PARTIAL_BALANCE"
			if which%4 == 0 {
				body["disbursementType"] = "FULL_BALANCE"
				delete(body, "amount")
			}
			if which%3 == 0 {
				body["iraDetails"] = map[string]any{
					"federalTaxWithholding": map[string]any{"valueType": "PERCENTAGE", "value": int(which) % 101},
					"stateTaxWithholding":   map[string]any{"valueType": "FIXED", "value": dollars(int64(which))},
				}
			}
		}
		r := b.post(path, body)
		if id := r.text("transferId"); r.Status == http.StatusOK {
			b.transfers = append(b.transfers, id)
			b.withdrawal[id] = path == withdrawalsPath
			b.amounts[id] = b.amountsIn(r)
			b.states[id] = "PENDING"
			if body["disbursementType"] == "FULL_BALANCE" {
				require.Equal(b.t, json.Number("0"), b.get(availablePath + "3AP05057").Fields["total"])
			}
		}
	case 2, 3:
		b.post(simulationPath+transfer+"/approve", nil)
	case 4:
		b.post(simulationPath+transfer+"/reject", nil)
	case 5:
		b.post(simulationPath+transfer+"/return", map[string]any{"cancelRelationship": which%8 == 0})
	case 6:
		b.post(simulationPath+transfer+"/noc", map[string]any{"newBankAccountType": "SAVINGS"})
	case 7:
		b.post(transfersPath+transfer+"/cancel", map[string]any{"comment": "c"})
	case 8, 9:
		b.advance(time.Duration(which) * 10 * time.Minute)
		b.logIn("apex_api")
	default:
		b.microStep(what%15, which)
	}
}

// microStep does one thing to a relationship by micro-deposits, or makes one.
func (b *books) microStep(what, which byte) {
	if what == 10 || len(b.micro) == 0 {
		b.micro = append(b.micro, b.microRelationship())
		return
	}
	id := b.micro[int(which)%len(b.micro)]
	pair := b.microAmounts(id)
	switch what {
	case 11:
		b.post(relationshipsPath+"/"+id+"/approve", told(pair[1], pair[0]))
	case 12:
		for range which % 5 {
			b.post(relationshipsPath+"/"+id+"/approve", told(pair[0], pair[0]))
		}
	case 13:
		b.post(relationshipsPath+"/"+id+"/reissue", nil)
	default:
		transfer := b.pair(id).ID
		b.post([]string{
			relationshipsPath + "/" + id + "/cancel", simulationPath + transfer + "/return", transfersPath + transfer + "/cancel",
		}[which%3], map[string]any{"comment": "c", "cancelRelationship": which%2 == 0})
	}
}

// check compares every transfer, the postings and the account's cash with the walk's own account.
func (b *books) check() {
	b.t.Helper()
	var want, usable int64 // booked cash, and what can be paid out
	for _, id := range b.transfers {
		r := b.get(transfersPath + id)
		state, before := r.text("state"), b.states[id]
		for _, final := range []string{"REJECTED", "CANCELED", "RETURNED", "FAILED_AT_BANK"} {
			require.False(b.t, before == final && state != final, "%s left %s for %s", id, before, state)
		}
		if before == "COMPLETE" {
			require.Contains(b.t, []string{"COMPLETE", "RETURNED"}, state)
		}
		b.states[id] = state
		b.reached[state] = true
		is := b.amounts[id]
		require.Equal(b.t, is, b.amountsIn(r))
		in, out := settled[state][0], settled[state][1]
		if b.withdrawal[id] {
			if out {
				want -= is.requested + is.fee
			}
			if !slices.Contains(undone, State(state)) {
				usable -= is.requested + is.fee
			}
			continue
		}
		if in {
			want, usable = want+is.bank, usable+is.bank
		}
		if out { // from FUNDS_POSTED on
			want, usable = want-is.fee, usable-is.fee
		}
	}
	total := b.get(availablePath + "3AP05057").Fields["total"]
	require.Equal(b.t, dollars(max(0, usable)/100*100), total, "in whole dollars")
	told, _ := b.get(availablePath + "3AP05057").Fields["unAdjustedTotal"].(json.Number)
	got, ok := new(big.Rat).SetString(told.String())
	require.True(b.t, ok, told)
	require.Zero(b.t, got.Cmp(big.NewRat(want, 100)), "%s, wanted %d cents", told, want)
	b.in("default", func(w *world.World) { b.checkPostings(w) })
}

// places are all of them.
var places = []place{atBank, held, inCash, ofFirm, asFee, withheld}

// checkPostings: of all places together nothing is made or lost, and the money of each transfer is where its state says
// and nowhere else.
func (b *books) checkPostings(w *world.World) {
	b.t.Helper()
	sums := map[place]int64{}
	moved := map[string]map[place]int64{} // by transfer
	for key, p := range postings.All(w) {
		id, _, _ := strings.Cut(key, " ")
		if moved[id] == nil {
			moved[id] = map[place]int64{}
		}
		for _, m := range []map[place]int64{sums, moved[id]} {
			m[p.From] -= p.Cents
			m[p.To] += p.Cents
		}
	}
	for _, t := range Transfers(w) {
		from, to := placeOf(t.kind(), Pending), placeOf(t.kind(), t.State)
		if t.kind() == scenario.MicroDeposit {
			from, to = ofFirm, microPlace(w, t)
			b.reached["micro "+string(t.State)+" "+string(to)] = true
		}
		want := map[place]int64{}
		want[from] -= t.bankCents()
		want[to] += t.bankCents()
		if settled[string(t.State)][1] {
			want[inCash] -= t.feeCents() + t.WithheldCents
			want[asFee] += t.feeCents()
			want[withheld] += t.WithheldCents
		}
		for _, where := range places {
			require.Equal(b.t, want[where], moved[t.ID][where], "%s is %s: %s", t.ID, t.State, where)
		}
	}
	var all int64
	for _, where := range places {
		all += sums[where]
	}
	require.Zero(b.t, all)
	for _, where := range []place{held, asFee, withheld} {
		require.GreaterOrEqual(b.t, sums[where], int64(0), "nothing is %s that did not come", where)
	}
	require.LessOrEqual(b.t, sums[ofFirm], int64(0), "the firm earns nothing by micro-deposits")
}

// microPlace says by the relationship where the money of micro-deposits is: at the bank as long as the customer is
// asked for the amounts of this pair.
func microPlace(w *world.World, t Transfer) place {
	r, _ := relationships.Get(w, t.Relationship)
	asked := r.Status == relationshipPending && t.Micro.Pair == r.Micro.Reissues+1 && r.Micro.Tries < 3
	switch {
	case t.State == FundsPosted, t.State == SentToBank:
		return held
	case t.State == Complete && asked:
		return atBank
	}
	return ofFirm
}

// FuzzMoney walks at random through transfers and their events.
func FuzzMoney(f *testing.F) {
	f.Add([]byte("\x00\x20\x02\x00\x08\xff\x05\x00\x00\x07"))
	f.Add([]byte("\x00\x10\x02\x00\x09\x90\x05\x00\x01\x10\x03\x01\x08\xff\x05\x01\x01\x04\x07\x02"))
	f.Add([]byte("\x00\x30\x01\x33\x00\x21\x03\x00\x03\x01\x04\x02\x08\x22\x07\x00\x09\xf0\x05\x01\x01\x08\x06\x02\x05\x00"))
	f.Add([]byte("\x01\x07\x02\x00\x09\x50\x07\x00\x09\xff\x05\x00\x09\xff\x05\x00\x05\x08\x00\x01"))
	f.Add([]byte("\x0a\x00\x08\xff\x0b\x00\x0a\x00\x09\x30\x0b\x01\x0a\x00\x0c\x03\x0d\x02\x08\xff\x0e\x02\x0d\x02\x08\xff"))
	f.Fuzz(func(t *testing.T, steps []byte) {
		b := newBooks(t, someFees)
		for i := 0; i+1 < len(steps) && i < 120; i += 2 {
			b.step(steps[i], steps[i+1])
			b.check()
		}
	})
}

// someFees has a fee that is greater than small amounts.
var someFees = map[string]string{"withdrawal_fee": "ACH_FEE 1.50, RUSH 20", "deposit_fee": "DEPOSIT_FEE 0.35"}

func newBooks(t *testing.T, assume map[string]string) *books {
	t.Helper()
	b := &books{
		server: serve(t, option{settings: Settings{Assume: assume}}),
		states: map[string]string{}, amounts: map[string]amounts{}, withdrawal: map[string]bool{},
		reached: map[string]bool{},
	}
	b.logIn("apex_api")
	for range 3 {
		b.relationships = append(b.relationships, b.approvedRelationship())
	}
	return b
}

// TestMoney is long walks of fixed seeds, which reach every state that the API leads to.
func TestMoney(t *testing.T) {
	t.Parallel()
	reached := map[string]bool{}
	withTax := 0
	for seed := range uint64(4) {
		b := newBooks(t, []map[string]string{nil, someFees}[seed%2])
		w, err := world.New("dice", world.Config{Seed: seed + 1}, func() time.Time { return monday })
		require.NoError(t, err)
		for try := range uint64(350) {
			b.step(byte(256*w.Dice("what", try)), byte(256*w.Dice("which", try)))
			if try%3 == 0 {
				b.check()
			}
		}
		b.check()
		for _, is := range b.amounts {
			require.Equal(t, seed%2 == 1, is.fee > 0)
			if is.bank < is.requested {
				withTax++
			}
		}
		maps.Copy(reached, b.reached)
	}
	require.Greater(t, withTax, 10)
	for _, state := range []string{
		"PENDING", "APPROVED", "FUNDS_POSTED", "SENT_TO_BANK", "COMPLETE", "RETURNED", "REJECTED", "CANCELED",
		"micro APPROVED firm", "micro FUNDS_POSTED held", "micro SENT_TO_BANK held", "micro COMPLETE bank",
		"micro COMPLETE firm", "micro RETURNED firm", "micro CANCELED firm",
	} {
		require.True(t, reached[state], state)
	}
}
