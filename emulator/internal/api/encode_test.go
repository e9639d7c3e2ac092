package api

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func FuzzIndent(f *testing.F) {
	for _, seed := range []string{
		`{}`, `[]`, `null`, `-1.5e3`, `"a\\\"{[,:]}"`, `{"a":[],"b":{},"c":[1,{"d":[[]]}]}`, `{"\\":"\\"}`,
		strings.Repeat(`[`, 40) + strings.Repeat(`]`, 40), `{"a":"\u2028<>&"}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var compact, want bytes.Buffer
		if json.Compact(&compact, []byte(text)) != nil {
			return
		}
		require.NoError(t, json.Indent(&want, compact.Bytes(), "", "  "))
		require.Equal(t, want.String(), string(indent(compact.Bytes())))
	})
}

func TestEncodeJSONRefusesWhatIsNoJSON(t *testing.T) {
	t.Parallel()
	_, err := EncodeJSON(func() {})
	require.Error(t, err)
}
