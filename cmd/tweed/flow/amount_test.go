package flow_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/cmd/tweed/flow"
)

func TestParseAmount(t *testing.T) {
	t.Parallel()
	for text, cents := range map[string]int64{
		"1": 100, "1500.00": 150000, "1500.5": 150050, "0.01": 1, "007": 700, "999999999.99": 99999999999,
		"0.10": 10, "70368744177.6": 0, "": 0, "0": 0, "0.00": 0, ".5": 0, "5.": 0, "1.234": 0, "-1": 0, "+1": 0, "1e3": 0,
		"1,000": 0, "\t1": 0, "0x1": 0, "1.-1": 0, "١": 0, "NaN": 0,
	} {
		got, err := flow.ParseAmount(text)
		require.Equal(t, cents, got, text)
		require.Equal(t, cents == 0, err != nil, text)
	}
}

func FuzzParseAmount(f *testing.F) {
	for _, seed := range []string{"1", "1500.00", "0.01", "", ".", "1.2.3", "-0", "999999999.99", "1e9"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		cents, err := flow.ParseAmount(text)
		if err != nil {
			return
		}
		require.Positive(t, cents)
		again, err := flow.ParseAmount(flow.FormatAmount(cents))
		require.NoError(t, err)
		require.Equal(t, cents, again)
		require.Equal(t, strings.TrimLeft(strings.SplitN(text+".", ".", 2)[0], "0"),
			strings.TrimPrefix(strings.SplitN(flow.FormatAmount(cents), ".", 2)[0], "0"))
	})
}
