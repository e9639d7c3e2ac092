package emulator_test

import (
	"fmt"
	"net/http"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/emulator"
	"tweed/emulator/internal/catalogue"
	"tweed/emulator/scenario"
)

// plaidRows is how many errors Plaid has: pairs of type and code.
const plaidRows = 187

// rows returns the catalogue's rows of one family.
func rows(family string) []*catalogue.Row {
	var out []*catalogue.Row
	for _, row := range catalogue.All() {
		if row.Family == family {
			out = append(out, row)
		}
	}
	return out
}

// requireRow compares a reply of Plaid's dialect with a row.
func requireRow(t *testing.T, row *catalogue.Row, status int, got reply) {
	t.Helper()
	wanted := row.New()
	require.Equal(t, status, got.Status, "%s: %s", row.Key(), got.Body)
	require.Equal(t, row.Type, got.at("error_type"))
	require.Equal(t, row.Code, got.at("error_code"))
	require.Equal(t, wanted.Message, got.at("error_message"))
	if row.Display == nil {
		require.Nil(t, got.at("display_message"))
	} else {
		require.Equal(t, *row.Display, got.at("display_message"))
	}
	if row.DocURL == "" {
		require.NotContains(t, got.Fields, "documentation_url")
	} else {
		require.Equal(t, row.DocURL, got.at("documentation_url"))
	}
	require.Contains(t, got.Fields, "suggested_action")
	require.NotEmpty(t, got.at("request_id"))
}

// TestForceEveryRow: each of the 187 errors of Plaid can be forced on a call that would go
// well, by the header and by a rule, and is what its row says. Rows that never are an HTTP
// error need a status and are refused without one.
func TestForceEveryRow(t *testing.T) {
	t.Parallel()
	all := rows(catalogue.Plaid)
	require.Len(t, all, plaidRows)
	emu := emulator.RunT(t)
	never := 0
	for i, row := range all {
		if row.Never != "" || row.Status == 0 {
			never++
		}
		t.Run(row.Key(), func(t *testing.T) {
			t.Parallel()
			c := newClient(t, emu, fmt.Sprintf("row-%d", i))
			token := fields{"access_token": c.accessToken()}
			status, header, then := row.Status, row.Key(), scenario.Error(row.Key())
			if row.Never != "" || row.Status == 0 {
				status = http.StatusTeapot
				refusedWithoutStatus(t, emu, c, row)
				header += "; status=418"
				then.Error.Status = status
			}
			byHeader := c.post("/item/get", token, "Tweed-Error", header)
			requireRow(t, row, status, byHeader)
			require.Equal(t, "header Tweed-Error", byHeader.Header.Get("Tweed-Rule"))

			emu.World(c.world).Rule(scenario.Rule{Name: "forced", Call: "/item/get", Times: 1, Then: then})
			byRule := c.post("/item/get", token)
			requireRow(t, row, status, byRule)
			require.Equal(t, "forced", byRule.Header.Get("Tweed-Rule"))
			c.ok("/item/get", token)
		})
	}
	require.Positive(t, never)
	require.Less(t, never, plaidRows/4)
}

// refusedWithoutStatus: what never is an HTTP error is not made into one by accident.
func refusedWithoutStatus(t *testing.T, emu *emulator.Emulator, c *client, row *catalogue.Row) {
	t.Helper()
	byHeader := c.refused(400, "TWEED_ERROR/TWEED_UNKNOWN_ERROR_CODE", "/item/get", nil, "Tweed-Error", row.Key())
	require.Contains(t, byHeader.text("error_message"), `Write "`+row.Key()+`; status=400".`)
	require.Panics(t, func() {
		emu.World(c.world).Rule(scenario.Rule{Call: "/item/get", Then: scenario.Error(row.Key())})
	})
	got := c.control("POST", "rules", fields{"call": "/item/get", "then": fields{"error": row.Key()}}.json())
	require.Equal(t, 400, got.Status)
	require.Equal(t, "TWEED_SCENARIO", got.text("error_code"))
	require.Contains(t, got.text("error_message"), "status")
}

// TestForceVariants: a scenario can name each further text of a row.
func TestForceVariants(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.RunT(t), "")
	n := 0
	for _, row := range rows(catalogue.Plaid) {
		for _, variant := range row.Variants {
			n++
			rule := fields{"name": "v", "call": "/item/get", "then": fields{"error": fields{
				"code": row.Key(), "variant": variant.Name, "status": 418,
			}}}
			added := c.control("POST", "rules", rule.json())
			require.Equal(t, 200, added.Status, added.Body)
			got := c.post("/item/get", fields{"access_token": "x"})
			require.Equal(t, 418, got.Status)
			require.Equal(t, row.Code, got.text("error_code"))
			require.Equal(t, row.Variant(variant.Name).Message, got.text("error_message"))
			require.Equal(t, 200, c.control("DELETE", "rules/v", "").Status)
		}
	}
	require.Greater(t, n, 20)
}

// TestForceOverrides: a rule can change any column of a row, and add members.
func TestForceOverrides(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t)
	c := newClient(t, emu, "")
	empty := scenario.NullText("")
	emu.World("default").Rule(scenario.Rule{Call: "/item/get", Then: scenario.Then{Error: &scenario.ErrorSpec{
		Code: "INVALID_CREDENTIALS", Status: 503, Message: "own text", DisplayMessage: &empty,
		DocumentationURL: "https://example.com/", Extra: map[string]any{"error_code_reason": "OAUTH_INVALID_TOKEN"},
	}}})
	got := c.post("/item/get", fields{"access_token": "x"})
	require.Equal(t, 503, got.Status)
	require.Equal(t, "own text", got.text("error_message"))
	require.Nil(t, got.at("display_message"))
	require.Equal(t, "https://example.com/", got.text("documentation_url"))
	require.Equal(t, "OAUTH_INVALID_TOKEN", got.text("error_code_reason"))
	require.NoError(t, sortedKeys(got.Body))
}

// TestForceOtherFamilies: the rows of Plaid's old API, Legit and Sentinel, forced where
// they belong, are written in that family's dialect.
func TestForceOtherFamilies(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t)
	c := newClient(t, emu, "")
	c.login()
	for _, row := range rows(catalogue.Legacy) {
		got := c.post("/exchange_token", nil, "Tweed-Error", forcedBy(row))
		require.Equal(t, statusOf(row), got.Status, row.Key())
		require.Equal(t, []string{"code", "message", "resolve"}, topKeys(t, got.Body))
		require.Equal(t, row.Code, fmt.Sprint(got.at("code")))
		require.Equal(t, row.New().Message, got.text("message"))
		require.Equal(t, row.Resolve, got.text("resolve"))
	}
	for family, path := range map[string]string{
		catalogue.Legit: "/legit/api/v1/cc/token", catalogue.Sentinel: "/sentinel/api/v1/ach_relationships",
	} {
		for _, row := range rows(family) {
			got := c.post(path, nil, "Tweed-Error", forcedBy(row))
			require.Equal(t, statusOf(row), got.Status, row.Key())
			if got.Body == "" {
				require.Equal(t, catalogue.Legit, row.Family, "only Legit has errors without a body")
				require.Empty(t, row.Label+row.Message)
				continue
			}
			require.Equal(t, []string{"error", "message"}, topKeys(t, got.Body))
			require.Equal(t, row.Label, got.text("error"), row.Key())
			require.Equal(t, row.New().Message, got.text("message"), row.Key())
		}
	}
}

// forcedBy is the header that forces a row.
func forcedBy(row *catalogue.Row) string {
	if row.Status == 0 || row.Never != "" {
		return row.Key() + "; status=418"
	}
	return row.Key()
}

func statusOf(row *catalogue.Row) int {
	if row.Status == 0 || row.Never != "" {
		return 418
	}
	return row.Status
}

// TestForceRateLimit: RATE_LIMIT_EXCEEDED is a type; the endpoint says which code it is, by
// header and by rule.
func TestForceRateLimit(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t)
	c := newClient(t, emu, "")
	wanted := map[string]string{"/item/access_token/invalidate": "RATE_LIMIT"}
	for _, limit := range catalogue.Limits() {
		wanted[limit.Path] = limit.Code
	}
	require.Equal(t, "BALANCE_LIMIT", wanted["/accounts/balance/get"])
	require.Greater(t, len(wanted), 8)
	emu.World("default").Rule(scenario.Rule{
		Name: "all", Call: "/*", Where: scenario.Where{"client_id": scenario.Is("limited")},
		Then: scenario.Error("RATE_LIMIT_EXCEEDED"),
	})
	for path, code := range wanted {
		c.refused(429, "RATE_LIMIT_EXCEEDED/"+code, path, nil, "Tweed-Error", "RATE_LIMIT_EXCEEDED")
	}
	c.refused(429, "RATE_LIMIT_EXCEEDED/BALANCE_LIMIT", "/accounts/balance/get",
		fields{"access_token": "x"}, "PLAID-CLIENT-ID", "limited")
	c.refused(429, "RATE_LIMIT_EXCEEDED/AUTH_LIMIT", "/auth/get",
		fields{"access_token": "x"}, "PLAID-CLIENT-ID", "limited")
}

// TestForceAmbiguous: a code that stands under several types takes the one of the path's
// product, and Plaid's Items otherwise; or the caller says the type.
func TestForceAmbiguous(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.RunT(t), "")
	byCode := map[string][]*catalogue.Row{}
	for _, row := range rows(catalogue.Plaid) {
		byCode[row.Code] = append(byCode[row.Code], row)
	}
	several := 0
	for code, found := range byCode {
		if len(found) < 2 {
			continue
		}
		several++
		got := c.post("/item/get", nil, "Tweed-Error", code+"; status=400")
		if got.text("error_code") == "TWEED_UNKNOWN_ERROR_CODE" {
			require.Contains(t, got.text("error_message"), found[0].Key())
			continue
		}
		require.Equal(t, code, got.text("error_code"))
		require.Equal(t, "ITEM_ERROR", got.text("error_type"))
	}
	require.Equal(t, 5, several)
	c.refused(400, "ASSET_REPORT_ERROR/PRODUCT_NOT_READY", "/asset_report/get", nil, "Tweed-Error", "PRODUCT_NOT_READY")
}

// TestForceHeaderRefused: what the header cannot mean is refused with the nearest right word.
func TestForceHeaderRefused(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.RunT(t), "")
	for header, hint := range map[string]string{
		"ITEM_LOGIN_REQIRED":              "ITEM_LOGIN_REQUIRED",
		"ITEM_LOCKED; status=99":          "status=400",
		"ITEM_LOCKED; status=abc":         "status=400",
		"ITEM_LOCKED; state=400":          "status=400",
		"ITEM_LOCKED; status=600":         "status=400",
		"ITEM_ERROR":                      "ITEM_LOCKED",
		";":                               "",
		"item_locked":                     "ITEM_LOCKED",
		"INVALID_INPUT/ITEM_LOCKED":       "ITEM_LOCKED",
		"ITEM_ERROR/ITEM_LOCKED/ITEM_OLD": "ITEM_LOCKED",
	} {
		got := c.refused(400, "TWEED_ERROR/TWEED_UNKNOWN_ERROR_CODE", "/item/get", nil, "Tweed-Error", header)
		require.Contains(t, got.text("error_message"), hint, header)
	}
	got := c.post("/item/get", nil, "Tweed-Error", "ITEM_LOCKED;status=299")
	require.Equal(t, 299, got.Status)
	require.Equal(t, strconv.Itoa(len(got.Body)), got.Header.Get("Content-Length"))
}
