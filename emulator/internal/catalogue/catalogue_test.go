package catalogue_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/catalogue"
	"tweed/emulator/internal/dataset/compile"
	"tweed/fixtures"
)

func TestTableIsTheYAML(t *testing.T) {
	t.Parallel()
	want, err := compile.Errors(fixtures.Files)
	require.NoError(t, err)
	got, err := os.ReadFile("rows_gen.go")
	require.NoError(t, err)
	require.Equal(t, string(want), string(got), "rows_gen.go is stale: run go generate ./emulator/internal/catalogue")
}

func TestFamilies(t *testing.T) {
	t.Parallel()
	count := map[string]int{}
	seen := map[string]bool{}
	var order []string
	for _, r := range catalogue.All() {
		count[r.Family]++
		require.False(t, seen[r.Family+" "+r.Key()], "%s is unique within its family", r.Key())
		seen[r.Family+" "+r.Key()] = true
		if len(order) == 0 || order[len(order)-1] != r.Family {
			order = append(order, r.Family)
		}
		require.Same(t, r, catalogue.Must(r.Family, r.Key()))
		require.NotContains(t, r.New().Message, "{", "%s fills its examples in", r.Key())
		for _, v := range r.Variants {
			require.NotContains(t, r.Variant(v.Name).Message, "{", "%s %s fills its examples in", r.Key(), v.Name)
			require.True(t, r.HasVariant(v.Name))
		}
	}
	require.Equal(t, []string{
		catalogue.Plaid, catalogue.Legacy, catalogue.Legit, catalogue.Sentinel, catalogue.Tweed,
	}, order)
	require.Equal(t, 187, count[catalogue.Plaid])
}

func TestTweedCodes(t *testing.T) {
	t.Parallel()
	for code, status := range map[string]int{
		"NOT_IMPLEMENTED": 501, "BODY_TOO_LARGE": 413, "WORLD_LIMIT": 503, "BAD_WORLD_NAME": 400, "HOST_REFUSED": 421,
		"ORIGIN_REFUSED": 403, "CONTROL_TOKEN": 401, "BAD_REQUEST": 400, "NOT_FOUND": 404, "UNKNOWN_ERROR_CODE": 400,
		"SHAPED_REFUSED": 501, "PANIC": 500, "STATE": 400, "SCENARIO": 400, "SHUTTING_DOWN": 503, "METHOD": 405,
	} {
		require.Equal(t, status, catalogue.Must(catalogue.Tweed, "TWEED_"+code).Status, code)
	}
	for _, r := range catalogue.All() {
		require.Equal(t, r.Family == catalogue.Tweed, strings.HasPrefix(r.Code, "TWEED_"), r.Code)
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		want []string
	}{
		{"ITEM_LOGIN_REQUIRED", []string{"ITEM_ERROR/ITEM_LOGIN_REQUIRED"}},
		{"ITEM_ERROR/ITEM_LOGIN_REQUIRED", []string{"ITEM_ERROR/ITEM_LOGIN_REQUIRED"}},
		{"NO_ACCOUNTS", []string{"ITEM_ERROR/NO_ACCOUNTS", "CHECK_REPORT_ERROR/NO_ACCOUNTS"}},
		{"CHECK_REPORT_ERROR/NO_ACCOUNTS", []string{"CHECK_REPORT_ERROR/NO_ACCOUNTS"}},
		{"institution-poor-health-error", []string{"LINK_ERROR/institution-poor-health-error"}},
		{"ITEM_ERROR", nil},
		{"item_login_required", nil},
		{"INVALID_INPUT/ITEM_LOGIN_REQUIRED", nil},
		{"TWEED_PANIC", nil},
		{"1106", nil},
		{"", nil},
	} {
		var got []string
		for _, r := range catalogue.Find(test.name) {
			got = append(got, r.Key())
		}
		require.Equal(t, test.want, got, test.name)
	}
	require.Len(t, catalogue.Find("RATE_LIMIT_EXCEEDED"), 18)
	require.Len(t, catalogue.Find("PRODUCT_NOT_READY"), 4)
	require.Equal(t, "bad public_token", catalogue.FindIn(catalogue.Legacy, "1106")[0].Message)
	require.Nil(t, catalogue.FindIn("nobody", "1106"))
	changed := catalogue.Find("NO_ACCOUNTS")
	changed[0] = nil
	require.NotNil(t, catalogue.Find("NO_ACCOUNTS")[0], "the index is not handed out")
}

func TestAmbiguousCodes(t *testing.T) {
	t.Parallel()
	var got []string
	for _, r := range catalogue.All() {
		if found := catalogue.Find(r.Code); r.Family == catalogue.Plaid && len(found) > 1 && found[0] == r {
			got = append(got, r.Code)
		}
	}
	require.Equal(t, []string{
		"NO_ACCOUNTS", "PRODUCT_NOT_ENABLED", "PRODUCT_NOT_READY", "DATA_QUALITY_CHECK_FAILED", "DATA_UNAVAILABLE",
	}, got)
}

func TestAt(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, path, want string }{
		{"ITEM_LOCKED", "/auth/get", "ITEM_ERROR/ITEM_LOCKED"},
		{"PRODUCT_NOT_READY", "/transactions/get", "ITEM_ERROR/PRODUCT_NOT_READY"},
		{"PRODUCT_NOT_READY", "/asset_report/get", "ASSET_REPORT_ERROR/PRODUCT_NOT_READY"},
		{"PRODUCT_NOT_READY", "/cra/check_report/base_report/get", "CONSUMER_REPORT_ERROR/PRODUCT_NOT_READY"},
		{"PRODUCT_NOT_READY", "/credit/payroll_income/get", "INCOME_VERIFICATION_ERROR/PRODUCT_NOT_READY"},
		{"NO_ACCOUNTS", "/cra/check_report/base_report/get", "CHECK_REPORT_ERROR/NO_ACCOUNTS"},
		{"DATA_UNAVAILABLE", "/asset_report/get", "ASSET_REPORT_ERROR/DATA_UNAVAILABLE"},
		{"CHECK_REPORT_ERROR/DATA_UNAVAILABLE", "/auth/get", "CHECK_REPORT_ERROR/DATA_UNAVAILABLE"},
		{"RATE_LIMIT_EXCEEDED", "/auth/get", "RATE_LIMIT_EXCEEDED/AUTH_LIMIT"},
	} {
		row, err := catalogue.At(test.name, test.path)
		require.NoError(t, err)
		require.Equal(t, test.want, row.Key(), "%s at %s", test.name, test.path)
	}
	_, err := catalogue.At("DATA_UNAVAILABLE", "/auth/get")
	require.EqualError(t, err, "DATA_UNAVAILABLE stands under several types; "+
		"say ASSET_REPORT_ERROR/DATA_UNAVAILABLE or CHECK_REPORT_ERROR/DATA_UNAVAILABLE")
	_, err = catalogue.At("ITEM_LOGIM_REQUIRED", "/auth/get")
	require.EqualError(t, err, `no error is named "ITEM_LOGIM_REQUIRED"; did you mean ITEM_LOGIN_REQUIRED?`)
	_, err = catalogue.At("xyz", "/auth/get")
	require.EqualError(t, err, `no error is named "xyz"`)
}

func TestNearest(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, want string }{
		{"ITEM_LOGIN_REQUIRED", "ITEM_LOGIN_REQUIRED"},
		{"ITEM_LOGIM_REQUIRED", "ITEM_LOGIN_REQUIRED"},
		{"item-login-required", "ITEM_LOGIN_REQUIRED"},
		{"Item Login Required", "ITEM_LOGIN_REQUIRED"},
		{"LOGIN_REQUIRED", "ITEM_LOGIN_REQUIRED"},
		{"INSTITUTION_DWON", "INSTITUTION_DOWN"},
		{"RATE_LIMIT_EXCEDED", "RATE_LIMIT_EXCEEDED"},
		{"INVALID_REQUEST/INVALID_ACCESS_TOKEN", "INVALID_INPUT/INVALID_ACCESS_TOKEN"},
		{"ITEM_ERORR/NO_ACCOUNTS", "ITEM_ERROR/NO_ACCOUNTS"},
		{"ITEM_ERROR/ITEM_LOKED", "ITEM_ERROR/ITEM_LOCKED"},
		{"MISSING_FIELD", "MISSING_FIELDS"},
		{"R01", ""},
		{"banana", ""},
		{"", ""},
		{"/", ""},
	} {
		require.Equal(t, test.want, catalogue.Nearest(test.name), test.name)
	}
}

func TestRateLimit(t *testing.T) {
	t.Parallel()
	require.Equal(t, "BALANCE_LIMIT", catalogue.RateLimit("/accounts/balance/get").Code)
	require.Equal(t, "INSTITUTIONS_GET_BY_ID_LIMIT", catalogue.RateLimit("/institutions/get_by_id").Code)
	require.Equal(t, "RATE_LIMIT", catalogue.RateLimit("/link/token/create").Code)
	for _, l := range catalogue.Limits() {
		row := catalogue.RateLimit(l.Path)
		require.Equal(t, l.Code, row.Code)
		require.Equal(t, 429, row.Status)
		if l.ClientCode != "" {
			require.Len(t, catalogue.Find(l.ClientCode), 1)
		}
	}
}

func FuzzNearest(f *testing.F) {
	for _, seed := range []string{
		"ITEM_LOGIN_REQUIRED", "a/b", "///", "é", "INVALID_REQUEST/", strings.Repeat("A", 300),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		near := catalogue.Nearest(name)
		if near != "" {
			require.NotEmpty(t, catalogue.Find(near), "%q gives %q, which is a name", name, near)
		}
	})
}
