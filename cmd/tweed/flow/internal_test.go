package flow

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"syscall"
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
	for _, seed := range []string{"", "{", `{"transferId":"1"`, `{"transferId":1.5e3}`, `{"a":[{]`, "<html>"} {
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

func FuzzAnswers(f *testing.F) {
	for _, seed := range []string{"", "null", `{"a":[1,{"b":"access-sandbox-1"}]}`, "eyJ.a.b", `[[[]]]`, `{"":{}}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, reply []byte) {
		require.Empty(t, Answers("reply", reply, reply))
		require.NotEmpty(t, Answers("reply", append([]byte("["), append(reply, ']')...), []byte("1")))
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

func TestWait(t *testing.T) {
	t.Parallel()
	require.NoError(t, wait(t.Context(), time.Nanosecond))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, wait(ctx, time.Hour), context.Canceled)
}

func TestNoAnswer(t *testing.T) {
	t.Parallel()
	dial := func(err error) error {
		return &url.Error{Op: "Post", URL: "http://x", Err: &net.OpError{Op: "dial", Err: err}}
	}
	read := &net.OpError{Op: "read", Err: errors.New("no route to host")}
	for _, tc := range []struct {
		err   error
		cause string
		sent  bool
	}{
		{dial(&net.DNSError{Name: "nowhere.test", IsNotFound: true}), "host nowhere.test not found", false},
		{dial(syscall.ECONNREFUSED), "connection refused: nothing listens at the base URL", false},
		{dial(os.ErrDeadlineExceeded), "no answer within 1s", false},
		{read, "no route to host", true},
		{io.EOF, "connection closed before the end of the answer", true},
		{syscall.EPIPE, "connection reset", true},
		{context.DeadlineExceeded, "no answer within 1s", true},
		{&url.Error{Op: "Post", URL: "http://x", Err: errors.New("unsupported\nscheme")}, "unsupported scheme", true},
		{errors.New("anything"), "anything", true},
	} {
		c := &Client{cfg: Config{Timeout: time.Second}}
		e := c.noAnswer(&call{method: "GET", path: "/x"}, tc.err)
		require.Equal(t, "GET /x: "+tc.cause, e.Error())
		require.Equal(t, tc.sent, e.Sent, tc.cause)
		require.ErrorIs(t, e, tc.err)
	}
}

// TestBadCertificate is a failure that no repeat can mend, and nothing was sent.
func TestBadCertificate(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	cfg := Local(server.URL, "")
	cfg.HTTP = &http.Client{Transport: &http.Transport{}}
	_, err := Run(t.Context(), cfg)
	var te *TransportError
	require.ErrorAs(t, err, &te)
	require.False(t, te.Sent)
	require.Contains(t, te.Cause, "certificate")
}

// TestResultJSON has the form that --json prints: reproducible, without durations, whole tokens or answers.
func TestResultJSON(t *testing.T) {
	t.Parallel()
	s := Step{Name: StepExchange, Status: StatusOK, Duration: time.Second, reply: []byte(`{"access_token":"a"}`)}
	s.add("access_token", KindToken, "access-sandbox-33333333-aaaa-4000-8000-000000000003")
	data, err := json.Marshal(&Result{Steps: []Step{s}, End: EndPlaidOnly})
	require.NoError(t, err)
	require.JSONEq(t, `{"steps":[{"name":"exchange","status":"ok",
		"values":[{"name":"access_token","text":"access-sandbox-33333333…","kind":"token"}]}],
		"end":"plaid_only"}`, string(data))
}

func TestSetIsSorted(t *testing.T) {
	t.Parallel()
	require.IsIncreasing(t, Settings())
}
