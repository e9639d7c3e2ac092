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
			w := newWorld(t)
			before := Transfer{ID: "20260105000001", State: from, Comment: "before"}
			transfers.Put(w, before.ID, before)
			changed := before
			changed.Comment = "after"
			after, err := changed.move(w, e)
			stored, _ := transfers.Get(w, before.ID)
			if cells[1+i] == "-" {
				require.EqualError(t, err, "TRANSFER_INVALID_STATE: transfer 20260105000001 is "+string(from)+
					" and cannot be "+string(e))
				require.Equal(t, before, stored, "a refusal stores nothing")
				require.Zero(t, w.Scheduled())
				continue
			}
			require.NoError(t, err, "%s, %s", from, e)
			require.Equal(t, short[cells[1+i]], after.State, "%s, %s", from, e)
			require.Equal(t, after, stored)
			_, onward := road[after.State]
			require.Equal(t, onward, w.Scheduled() == 1)
		}
	}
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
	_, err := Transfer{ID: "20260105000001", State: Pending, AmountCents: 10000}.move(w, onApprove)
	require.NoError(t, err)
	w.Advance(5 * time.Hour)
	saved, err := w.Export()
	require.NoError(t, err)
	other := newWorld(t)
	require.NoError(t, other.Import(saved))
	for _, each := range []*world.World{w, other} {
		middle, _ := transfers.Get(each, "20260105000001")
		require.Equal(t, FundsPosted, middle.State)
		each.Advance(48 * time.Hour)
		end, _ := transfers.Get(each, "20260105000001")
		require.Equal(t, Complete, end.State)
	}
	one, err := w.Export()
	require.NoError(t, err)
	two, err := other.Export()
	require.NoError(t, err)
	require.Equal(t, one, two)
}
