package sentinel

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/world"
)

// finals are the states that nothing leads out of.
func finals() map[State]bool {
	out := map[State]bool{}
	for state, ways := range transitions {
		out[state] = len(ways) == 0
	}
	return out
}

// TestFateProperties plays random operations on transfers of all fates: every change of a state is in the table, no
// final state is left, a reason stands where its state does, and what a transfer is about never changes.
func TestFateProperties(t *testing.T) {
	t.Parallel()
	for seed := range uint64(12) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			s := serve(t, option{seed: seed + 1, rules: manyFates()})
			s.logIn("apex_api")
			relationship := s.approvedRelationship()
			var dice func(n int) int
			s.in("default", func(w *world.World) {
				try := uint64(0)
				dice = func(n int) int {
					try++
					return int(w.Dice("operations", try) * float64(n))
				}
			})
			known := map[string]Transfer{}
			var micro []string
			for step := range 120 {
				switch dice(7) {
				case 0, 1:
					path := []string{depositsPath, withdrawalsPath}[dice(2)]
					s.good(path, with(deposit(relationship, fmt.Sprint(step), 1+dice(500)), map[string]any{
						"disbursementType": partialBalance,
					}))
				case 2:
					s.advance(time.Duration(dice(20)) * time.Hour)
				case 3:
					micro = append(micro, s.microRelationship())
				case 4:
					if len(micro) > 0 {
						id := micro[dice(len(micro))]
						s.post(relationshipsPath+"/"+id+[]string{"/approve", "/reissue", "/cancel"}[dice(3)], told(0.01, 0.01*float64(dice(3))))
					}
				default:
					if len(known) == 0 {
						continue
					}
					action := []string{simulationPath + "%s/approve", simulationPath + "%s/reject", transfersPath + "%s/cancel"}[dice(3)]
					id := fmt.Sprintf("20260105%06d", 1+dice(len(known)))
					r := s.post(fmt.Sprintf(action, id), nil)
					if r.Status == http.StatusUnauthorized {
						s.logIn("apex_api")
					}
					require.Less(t, r.Status, 500, r.Body)
				}
				s.logIn("apex_api")
				s.in("default", func(w *world.World) { checkTransfers(t, known, Transfers(w)) })
			}
			s.advance(60 * 24 * time.Hour)
			s.in("default", func(w *world.World) {
				checkTransfers(t, known, Transfers(w))
				require.Zero(t, w.Scheduled(), "nothing waits for ever")
			})
		})
	}
}

// checkTransfers compares transfers with what was known of them.
func checkTransfers(t *testing.T, known map[string]Transfer, now []Transfer) {
	t.Helper()
	require.GreaterOrEqual(t, len(now), len(known))
	for _, one := range now {
		before, ok := known[one.ID]
		if !ok {
			before = one
		}
		known[one.ID] = one
		require.True(t, one.State == before.State || !finals()[before.State], "%s left %s", one.ID, before.State)
		require.True(t, one.State == before.State || reaches(before.State, one.State), "%s to %s", before.State, one.State)
		require.Equal(t, one.State == Rejected, one.RejectReason != "", one.State)
		require.Equal(t, one.State == Returned, one.ReturnCode != "", one.State)
		require.Equal(t, before.AmountCents, one.AmountCents)
		require.Equal(t, before.Direction, one.Direction)
		require.Equal(t, before.External, one.External)
		require.Equal(t, before.Fate.Return, one.Fate.Return)
		require.Equal(t, before.Micro.Pair, one.Micro.Pair)
		require.True(t, before.Micro.TakenBack.IsZero() || before.Micro == one.Micro, "it is taken back once")
		require.False(t, one.Micro.Recalled && one.Micro.Pair == 0)
	}
}

// reaches says whether the table leads from one state to another in some steps.
func reaches(from, to State) bool {
	for _, next := range transitions[from] {
		if next == to || reaches(next, to) {
			return true
		}
	}
	return false
}
