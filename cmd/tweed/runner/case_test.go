package runner

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/cmd/tweed/flow"
	"tweed/emulator"
	"tweed/scenarios"
)

// TestCasesOfScenarios: what happens in any scenario that comes with Tweed happens again.
func TestCasesOfScenarios(t *testing.T) {
	t.Parallel()
	for _, name := range scenarios.Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := shipped(name)
			require.NoError(t, err)
			var world emulator.World
			_, err = Run(t.Context(), s, Options{Drive: func(cfg *flow.Config, w emulator.World) {
				drive(cfg, w)
				world = w
			}})
			require.NoError(t, err)
			data, err := world.Case()
			require.NoError(t, err)
			c, err := emulator.ReadCase(name+".tweed.zip", data)
			require.NoError(t, err)
			report, err := Replay(t.Context(), c, Options{})
			require.NoError(t, err)
			require.Empty(t, report.Problems)
			require.Len(t, report.Cases, len(world.Calls()))
		})
	}
}
