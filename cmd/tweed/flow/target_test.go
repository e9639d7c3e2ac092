package flow_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/cmd/tweed/flow"
)

func env(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i+1 < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

var (
	plaidEnv = []string{"PLAID_CLIENT_ID", "0123456789abcdef01234567", "PLAID_SECRET", testSecret}
	apexEnv  = []string{
		"APEX_USERNAME", "apex_api", "APEX_ENTITY", "correspondent.APX1", "APEX_SHARED_SECRET", "shared-secret",
		"APEX_ACCOUNT", "3AP05057",
	}
)

func TestSandbox(t *testing.T) {
	t.Parallel()
	cfg, err := flow.Sandbox(env(plaidEnv...))
	require.NoError(t, err)
	require.Equal(t, flow.PlaidSandbox, cfg.Plaid.BaseURL)
	require.Nil(t, cfg.Sentinel)

	cfg, err = flow.Sandbox(env(append(apexEnv, plaidEnv...)...))
	require.NoError(t, err)
	require.Equal(t, flow.ApexUAT, cfg.Sentinel.BaseURL)
	require.True(t, cfg.Sentinel.Simulate)
	require.Equal(t, "3AP05057", cfg.Sentinel.Account)

	cfg, err = flow.Sandbox(env(append([]string{
		"PLAID_BASE_URL", "http://127.0.0.1:1", "SENTINEL_BASE_URL", "http://127.0.0.1:2/", "PLAID_ENV", "Sandbox",
	}, append(apexEnv, plaidEnv...)...)...))
	require.NoError(t, err)
	require.Equal(t, "http://127.0.0.1:1", cfg.Plaid.BaseURL)
	require.Equal(t, "http://127.0.0.1:2/", cfg.Sentinel.BaseURL)
}

func TestSandboxSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		env  []string
		text string
		live bool
	}{
		{"nothing", nil, "needs PLAID_CLIENT_ID and PLAID_SECRET in the environment", false},
		{"no secret", plaidEnv[:2], "needs PLAID_SECRET in", false},
		{"half of Apex", append(apexEnv[:4:4], plaidEnv...), "needs APEX_SHARED_SECRET and APEX_ACCOUNT too: set", false},
		{"environment", append([]string{"PLAID_ENV", "production"}, plaidEnv...), `PLAID_ENV is "production"`, true},
		{
			"token", append([]string{"PLAID_ACCESS_TOKEN", "access-production-12345678-aaaa"}, plaidEnv...),
			"PLAID_ACCESS_TOKEN", true,
		},
		{
			"token as secret",
			[]string{"PLAID_CLIENT_ID", "x", "PLAID_SECRET", "access-development-12345678-aaaa"},
			"development", true,
		},
		{
			"plaid host", append([]string{"PLAID_BASE_URL", "https://production.plaid.com"}, plaidEnv...),
			"use sandbox.plaid.com", true,
		},
		{
			"apex host", append([]string{"SENTINEL_BASE_URL", "https://api.apexclearing.com"}, append(apexEnv, plaidEnv...)...),
			"use uat-api.apexclearing.com", true,
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := flow.Sandbox(env(tc.env...))
			require.ErrorContains(t, err, tc.text)
			require.NotContains(t, err.Error(), testSecret)
			require.NotContains(t, err.Error(), "12345678-aaaa")
			if tc.live {
				require.ErrorIs(t, err, flow.ErrProduction)
			} else {
				require.NotErrorIs(t, err, flow.ErrProduction)
			}
		})
	}
}

func TestBaseURLs(t *testing.T) {
	t.Parallel()
	for base, text := range map[string]string{
		"https://sandbox.plaid.com":                      "",
		"https://sandbox.plaid.com/":                     "",
		"https://SANDBOX.plaid.com.:443":                 "",
		"http://localhost:7524":                          "",
		"http://tweed:7524":                              "",
		"https://uat-api.apexclearing.com":               "",
		"https://notplaid.com":                           "",
		"http://sandbox.plaid.com":                       "over https",
		"https://production.plaid.com":                   "refused",
		"https://Production.Plaid.Com.":                  "refused",
		"https://api.plaid.com:8443":                     "refused",
		"https://development.plaid.com":                  "refused",
		"https://plaid.com":                              "refused",
		"https://sandbox.plaid.com.production.plaid.com": "refused",
		"https://api.apexclearing.com":                   "refused",
		"https://api.apexapis.com":                       "refused",
		"":                                               "must be an address",
		"sandbox.plaid.com":                              "must be an address",
		"ftp://sandbox.plaid.com":                        "must be an address",
		"https://user:word@sandbox.plaid.com":            "must be an address",
		"https://sandbox.plaid.com?x=1":                  "must be an address",
		"https://127.0.0.1:x":                            "must be an address",
	} {
		t.Run(base, func(t *testing.T) {
			t.Parallel()
			_, err := flow.New(flow.Local(base, ""))
			if text == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, text)
		})
	}
}

func TestNewSaysAllThatIsWrong(t *testing.T) {
	t.Parallel()
	_, err := flow.New(flow.Config{Amount: "1,5", Direction: "up", Timeout: -1, Sentinel: &flow.SentinelTarget{}})
	for _, text := range []string{
		"Plaid.ClientID is empty", "Plaid.Secret is empty", "Plaid.BaseURL must be", "Sentinel.Entity is empty",
		"Sentinel.SharedSecret is empty", `amount "1,5"`, `direction "up"`, "-1ns is a negative time",
	} {
		require.ErrorContains(t, err, text)
	}
}

func TestLocalWorld(t *testing.T) {
	t.Parallel()
	cfg := flow.Local("http://127.0.0.1:7524", "TestX/y")
	require.True(t, strings.HasSuffix(cfg.Plaid.ClientID, "@TestX/y"))
	require.Equal(t, "apex_api@TestX/y", cfg.Sentinel.Username)
	require.Len(t, flow.Local("", "").Plaid.ClientID, 24)
	require.Len(t, string(flow.Local("", "").Plaid.Secret), 30)
}

func TestSecretsAreNeverShown(t *testing.T) {
	t.Parallel()
	v, _, cfg := start(t)
	c, err := flow.New(cfg)
	require.NoError(t, err)
	require.NoError(t, c.SentinelLogin(t.Context()))
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "target", cfg.Plaid, "secret", cfg.Plaid.Secret)
	data, err := json.Marshal(cfg.Plaid)
	require.NoError(t, err)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		fmt.Fprintf(&log, verb+verb+verb, cfg.Plaid, *cfg.Sentinel, c)
	}
	log.Write(data)
	require.NotContains(t, log.String(), testSecret)
	require.NotContains(t, log.String(), fmt.Sprintf("%x", testSecret))
	require.NotContains(t, log.String(), "tweed-shared-secret")
	require.NotContains(t, log.String(), "eyJ")

	v.misbehave(pathRelation, answer(500, "text/plain", "dump: "+testSecret+" tweed-shared-secret "+
		"eyJhbGciOiJFUzUxMiJ9.bG9naW41.c2lnbmF0dXJl access-sandbox-33333333-aaaa-4000-8000-000000000003 \x1b[31m"))
	_, err = c.Relationship(t.Context())
	require.ErrorContains(t, err, `"dump: [redacted] [redacted] [redacted] access-sandbox-33333333… [31m"`)
}
