package spell

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNearest(t *testing.T) {
	t.Parallel()
	words := []string{"call", "where", "times", "every", "ITEM_LOCKED"}
	for _, tc := range []struct{ word, want string }{
		{"cal", "call"},
		{"wehre", "where"},
		{"TIMES", "times"},
		{"evry", "every"},
		{"item_lokced", "ITEM_LOCKED"},
		{"call", "call"},
		{"zzz", ""},
		{"", ""},
		{strings.Repeat("x", 1000), ""},
		{"tîmes", "times"},
	} {
		require.Equal(t, tc.want, Nearest(tc.word, words), tc.word)
	}
	require.Equal(t, "b1", Closest("b", []string{"b1", "b2"}, 1), "the first of equally near ones")
	require.Empty(t, Closest("abcd", []string{"abxy"}, 1))
}
