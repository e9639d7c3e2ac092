package contract

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// decode reads a body as the pipeline does.
func decode(tb testing.TB, body string) map[string]any {
	tb.Helper()
	dec := json.NewDecoder(bytes.NewReader([]byte(body)))
	dec.UseNumber()
	var m map[string]any
	require.NoError(tb, dec.Decode(&m))
	return m
}

// find returns an operation that must exist.
func find(tb testing.TB, method, path string) *Op {
	tb.Helper()
	op, ok := Find(method, path)
	require.True(tb, ok, "%s %s", method, path)
	return op
}

func TestEveryOperationLoads(t *testing.T) {
	t.Parallel()
	for _, op := range Ops() {
		got, ok := Find(op.Method, op.Path)
		require.True(t, ok, op.Path)
		require.Same(t, op, got)
		require.Contains(t, []string{"plaid", "legacy", "link", "legit", "sentinel", "ale"}, op.Family, op.Path)
		require.NotEmpty(t, op.ID)
		require.Equal(t, op.ID == "fdxNotifications" || op.ID == "fdxConsentsRevoke", op.Media == "", op.ID)
		require.NotEmpty(t, op.Source, op.ID)
		op.Check(nil)
		if s := op.shape(); s != nil {
			require.Equal(t, op.request, s.name, op.ID)
			for _, f := range s.fields {
				require.True(t, op.Field(f.name), f.name)
				_, listed := slices.BinarySearch(FieldNames(), f.name)
				require.True(t, listed, f.name)
			}
		}
		if op.reply != "" {
			require.Equal(t, op.reply, op.answer().name, op.ID)
		}
		if op.Family == "plaid" && op.request != "" {
			require.True(t, op.Field("client_id") && op.Field("secret"), op.ID)
		}
	}
}

// TestCounts asserts what plaid-go v41.0.0's file is known to hold: 331 paths, 321 of them with an operation, one of
// those with a variable segment.
func TestCounts(t *testing.T) {
	t.Parallel()
	operations, newer := map[string]bool{}, 0
	templated := 0
	for _, op := range Ops() {
		switch {
		case op.Source == "plaid-go v41.0.0":
			operations[op.Path] = true
			if strings.Contains(op.Path, "{") {
				templated++
			}
		case strings.HasPrefix(op.Source, "npm plaid"):
			newer++
		}
	}
	require.Len(t, operations, 321)
	require.Equal(t, 331, len(operations)+len(EmptyPaths()))
	require.Equal(t, 1, templated)
	require.Positive(t, newer)
	require.True(t, slices.IsSortedFunc(Ops(), func(a, b *Op) int { return strings.Compare(a.Path, b.Path) }))
	require.True(t, slices.IsSorted(FieldNames()))
	for _, path := range EmptyPaths() {
		_, ok := Find("POST", path)
		require.False(t, ok, path)
	}
}

func TestListsAreCopies(t *testing.T) {
	t.Parallel()
	FieldNames()[0], EmptyPaths()[0], Ops()[0] = "", "", nil
	require.NotEmpty(t, FieldNames()[0])
	require.NotEmpty(t, EmptyPaths()[0])
	require.NotNil(t, Ops()[0])
}

func TestMedia(t *testing.T) {
	t.Parallel()
	require.Equal(t, "application/json", find(t, "POST", "/accounts/get").Media)
	require.Equal(t, "application/pdf", find(t, "POST", "/asset_report/pdf/get").Media)
	require.Nil(t, find(t, "POST", "/asset_report/pdf/get").Example())
	require.Equal(t, "application/octet-stream", find(t, "POST", "/statements/download").Media)
	require.JSONEq(t, `{"processor_token":"processor-sandbox-0asd1-a92nc","request_id":"xrQNYZ7Zoh6R7gV"}`,
		string(find(t, "POST", "/processor/token/create").Example()))
}

func TestField(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		path, field string
		want        bool
	}{
		{"/accounts/balance/get", "access_token", true},
		{"/accounts/balance/get", "options.account_ids", true},
		{"/accounts/balance/get", "options.count", false},
		{"/accounts/balance/get", "access_token.x", false},
		{"/transactions/enrich", "transactions.amount", true},
		{"/transactions/enrich", "transactions.amounts", false},
		{"/transfer/create", "metadata.anything", true},
		{"/accounts/balance/get", "", false},
	} {
		require.Equal(t, tt.want, find(t, "POST", tt.path).Field(tt.field), "%s %s", tt.path, tt.field)
	}
	require.False(t, find(t, "GET", "/fdx/recipients").Field("access_token"))
}

func TestFirstUseInParallel(t *testing.T) {
	t.Parallel()
	op := find(t, "POST", "/link/token/create")
	body := decode(t, `{"client_name":"Tweed","language":"en","country_codes":["US"],"user":{"client_user_id":"u"}}`)
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			if v := op.Check(body); v != nil {
				t.Error(v.Message)
			}
			op.CheckReply(body)
		})
	}
	wg.Wait()
}
