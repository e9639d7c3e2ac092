package flow

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 5, 9, 30, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"": 0, "0": 0, "-5": 0, "120": 2 * time.Minute, " 3 ": 3 * time.Second, "soon": 0, "99999999999": 0,
		"Mon, 05 Jan 2026 09:30:30 GMT": 30 * time.Second, "Mon, 05 Jan 2026 09:29:00 GMT": 0,
	} {
		require.Equal(t, want, retryAfter(http.Header{"Retry-After": {value}}, now), value)
	}
}

func FuzzRetryAfter(f *testing.F) {
	for _, seed := range []string{"", "7", "-1", "Mon, 05 Jan 2026 09:30:30 GMT", "1e9", "2147483648"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		require.GreaterOrEqual(t, retryAfter(http.Header{"Retry-After": {value}}, time.Time{}), time.Duration(0))
	})
}

func TestTransferIDOfARest(t *testing.T) {
	t.Parallel()
	whole := `{"a":{"transferId":"wrong"},"transferId":"20260105000001","state":"PENDING"}`
	require.Equal(t, "20260105000001", transferID([]byte(whole)))
	complete := strings.Index(whole, `,"state"`)
	for n := range whole {
		want := ""
		if n >= complete {
			want = "20260105000001"
		}
		require.Equal(t, want, transferID([]byte(whole[:n])), whole[:n])
	}
	require.Equal(t, "7", transferID([]byte(`{"transferId":7,`)))
	require.Empty(t, transferID([]byte(`{"transferId":null}`)))
	require.Empty(t, transferID([]byte(`[{"transferId":"1"}]`)))
}

func FuzzTransferID(f *testing.F) {
	for _, seed := range []string{"", "{", `{"transferId":"1"`, `{"transferId":1.5e3}`, `{"a":[{]`, "<html>", `{"transferId":{}}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, rest []byte) {
		_ = transferID(rest)
		var a ach
		if a.decode(rest) == nil {
			require.NotEmpty(t, a.TransferID)
			require.NotEmpty(t, a.State)
		}
	})
}

func FuzzLeaves(f *testing.F) {
	for _, seed := range []string{"", "null", `{"a":[1,{"b":"access-sandbox-1"}]}`, "eyJ.a.b", `[[[]]]`, `{"":{}}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, reply []byte) {
		one, two := map[string]string{}, map[string]string{}
		leaves(one, "reply", reply)
		leaves(two, "reply", reply)
		require.Equal(t, one, two)
		require.NotEmpty(t, one)
	})
}

func FuzzOneLine(f *testing.F) {
	for _, seed := range []string{"", "a\nb", "\x1b[31m", "\u202etxt", "a  b", "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		require.NotRegexp(t, "[\\x00-\\x1f\\x7f\u2028\u2029\u202a-\u202e]", oneLine(text))
	})
}

// TestResultJSON has the form that --json prints: reproducible, without durations, whole tokens or answers.
func TestResultJSON(t *testing.T) {
	t.Parallel()
	s := Step{Name: StepExchange, Status: StatusOK, Duration: time.Second, reply: []byte(`{"access_token":"a"}`)}
	s.add("access_token", KindToken, "access-sandbox-33333333-aaaa-4000-8000-000000000003")
	data, err := json.Marshal(&Result{Steps: []Step{s}, End: EndPlaidOnly})
	require.NoError(t, err)
	require.JSONEq(t, `{"steps":[{"name":"exchange","status":"ok",
		"values":[{"name":"access_token","text":"access-sandbox-33333333…","kind":"token"}]}],"end":"plaid_only"}`, string(data))
}

func TestSetIsSorted(t *testing.T) {
	t.Parallel()
	require.IsIncreasing(t, Settings())
}
