package sentinel

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/nacha"
	"tweed/emulator/internal/world"
)

// grid says for every state what every event leads to; "-" is a refusal.
const grid = `
state  refer  freeze  approve  reject  cancel  post  send  fail  restrict  complete  return
PE     PB     FR      AP       RJ      CA      -     -     -     -         -         -
PB     -      -       AP       RJ      CA      -     -     -     -         -         -
FR     -      -       AP       RJ      CA      -     -     -     -         -         -
AP     -      -       -        -       CA      FP    -     -     -         -         -
FP     -      -       -        -       CA      -     SB    -     -         -         -
SB     -      -       -        -       -       -     -     FB    CR        CO        RE
FB     -      -       -        -       -       -     -     -     -         -         -
CR     -      -       -        -       -       -     -     -     -         -         RE
CO     -      -       -        -       -       -     -     -     -         -         RE
RE     -      -       -        -       -       -     -     -     -         -         -
RJ     -      -       -        -       -       -     -     -     -         -         -
CA     -      -       -        -       -       -     -     -     -         -         -
`

// short are the states of the grid.
var short = map[string]State{
	"PE": Pending, "PB": PendingBrokerApproval, "FR": Frozen, "AP": Approved, "FP": FundsPosted, "SB": SentToBank,
	"FB": FailedAtBank, "CR": CompleteRestricted, "CO": Complete, "RE": Returned, "RJ": Rejected, "CA": Canceled,
}

var allEvents = []event{
	onRefer, onFreeze, onApprove, onReject, onCancel, onPost, onSend, onFail, onRestrict, onComplete, onReturn,
}

func newWorld(t *testing.T) *world.World {
	t.Helper()
	config := world.Config{Seed: 1, Clock: world.Clock{Start: monday}}
	w, err := world.New("default", config, func() time.Time { return monday })
	require.NoError(t, err)
	return w
}

func TestStateTable(t *testing.T) {
	t.Parallel()
	lines := strings.Split(strings.TrimSpace(grid), "\n")[1:]
	require.Len(t, transitions, len(lines))
	for _, line := range lines {
		cells := strings.Fields(line)
		require.Len(t, cells, 1+len(allEvents), line)
		from := short[cells[0]]
		require.Contains(t, transitions, from)
		for i, e := range allEvents {
			for _, one := range []Transfer{
				{Direction: Incoming},
				{Direction: Outgoing},
				{Direction: Outgoing, Micro: microDeposit{Pair: 1}},
				{Direction: Outgoing, Micro: microDeposit{Pair: 3, Recalled: true}},
			} {
				one.ID, one.State, one.Comment, one.AmountCents = "20260105000001", from, "before", 55
				checkMove(t, one, e, short[cells[1+i]])
			}
		}
	}
}

// checkMove makes an event happen to a transfer: it leads to a state, "" for none, is told in the topic of the
// transfer's kind and in no other, and moves the money from where it is to where it will be.
func checkMove(t *testing.T, before Transfer, e event, to State) {
	t.Helper()
	w := newWorld(t)
	transfers.Put(w, before.ID, before)
	changed := before
	changed.Comment = "after"
	after, err := changed.move(w, e)
	stored, _ := transfers.Get(w, before.ID)
	told := map[string]int{}
	for _, n := range notices.All(w) {
		told[n.Topic]++
	}
	moved := map[place]int64{before.place(): -before.AmountCents}
	for _, p := range postings.All(w) {
		moved[p.From] += p.Cents
		moved[p.To] -= p.Cents
	}
	moved[stored.place()] += before.AmountCents
	for where, cents := range moved {
		require.Zero(t, cents, "%s, %s: %s", before.State, e, where)
	}
	if to == "" {
		require.EqualError(t, err, "TRANSFER_INVALID_STATE: transfer 20260105000001 is "+string(before.State)+
			" and cannot be "+string(e))
		require.Equal(t, before, stored, "a refusal stores nothing")
		require.Zero(t, w.Scheduled())
		require.Empty(t, told)
		return
	}
	require.NoError(t, err, "%s, %s", before.State, e)
	require.Equal(t, to, after.State, "%s, %s", before.State, e)
	require.Equal(t, after, stored)
	topic := topicTransfer
	if before.Micro.Pair > 0 {
		topic = topicMicroDeposit
	}
	require.Equal(t, map[string]int{topic: 1}, told)
	arrived := to == Complete || to == CompleteRestricted
	require.Equal(t, before.Micro.Recalled && arrived, !after.Micro.TakenBack.IsZero(), "%s, %s", before.State, e)
	_, onward := road[after.State]
	require.Equal(t, onward, w.Scheduled() == 1)
}

// TestRoad walks the road from every state that is on it, by the state machine.
func TestRoad(t *testing.T) {
	t.Parallel()
	for from, next := range road {
		to, ok := transitions[from][next.then]
		require.True(t, ok, from)
		if then, ok := road[to]; ok {
			require.True(t, then.at(monday).After(next.at(monday)), to)
		} else {
			require.Equal(t, Complete, to)
		}
	}
}

func TestRoadOnBankingDays(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, approved, posted, sent, complete string }{
		{"before the cut-off", "2026-01-05T13:29:59-05:00", "2026-01-05T13:30", "2026-01-05T19:00", "2026-01-06T08:30"},
		{"at the cut-off", "2026-01-05T13:30:00-05:00", "2026-01-06T13:30", "2026-01-06T19:00", "2026-01-07T08:30"},
		{"on a Friday", "2026-01-09T09:00:00-05:00", "2026-01-09T13:30", "2026-01-09T19:00", "2026-01-12T08:30"},
		{"before a holiday", "2026-01-17T09:00:00-05:00", "2026-01-20T13:30", "2026-01-20T19:00", "2026-01-21T08:30"},
		{"to summer time", "2026-03-06T09:00:00-05:00", "2026-03-06T13:30", "2026-03-06T19:00", "2026-03-09T08:30"},
	}
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			approved, err := time.Parse(time.RFC3339, test.approved)
			require.NoError(t, err)
			moments := map[State]string{Approved: test.posted, FundsPosted: test.sent, SentToBank: test.complete}
			for state, want := range moments {
				at := road[state].at(approved.UTC()).In(nacha.NewYork())
				require.Equal(t, want, at.Format("2006-01-02T15:04"), state)
			}
		})
	}
}

// TestExportOnTheRoad moves a world into another one in the middle of a transfer.
func TestExportOnTheRoad(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ids := []string{"20260105000001", "20260105000002"}
	for i, one := range []Transfer{{Direction: Incoming}, {Direction: Outgoing, Micro: microDeposit{Pair: 1, Recalled: true}}} {
		one.ID, one.State, one.AmountCents = ids[i], Pending, 10000
		_, err := one.move(w, onApprove)
		require.NoError(t, err)
	}
	w.Advance(5 * time.Hour)
	saved, err := w.Export()
	require.NoError(t, err)
	other := newWorld(t)
	require.NoError(t, other.Import(saved))
	for _, each := range []*world.World{w, other} {
		for _, id := range ids {
			middle, _ := transfers.Get(each, id)
			require.Equal(t, FundsPosted, middle.State)
		}
		each.Advance(48 * time.Hour)
		for i, id := range ids {
			end, _ := transfers.Get(each, id)
			require.Equal(t, Complete, end.State)
			require.Equal(t, []place{inCash, ofFirm}[i], end.place())
		}
	}
	one, err := w.Export()
	require.NoError(t, err)
	two, err := other.Export()
	require.NoError(t, err)
	require.Equal(t, one, two)
}
