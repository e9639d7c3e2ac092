package flow

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// Base addresses of the real sandboxes. Plaid's is documented (plaid.com/docs/sandbox); Apex's UAT host is that of
// the public Sentinel clients.
const (
	PlaidSandbox = "https://sandbox.plaid.com"
	ApexUAT      = "https://uat-api.apexclearing.com"
)

// vendorDomains are the domains under which only test hosts may be called. Everything else there is production or
// may be: api.plaid.com was Plaid's first API, development.plaid.com had live users.
var vendorDomains = []struct {
	domain, example string
	test            func(host string) bool
}{
	{"plaid.com", "sandbox.plaid.com", func(h string) bool { return h == "sandbox.plaid.com" }},
	{"apexclearing.com", "uat-api.apexclearing.com", uat},
	{"apexapis.com", "uat.apexapis.com", uat},
}

func uat(host string) bool {
	label, _, _ := strings.Cut(host, ".")
	kind, _, _ := strings.Cut(label, "-")
	return kind == "uat" || kind == "sbx"
}

// ErrProduction is wrapped by every refusal of a production host, of an environment name other than the sandbox's,
// and of a token that is not from a sandbox.
var ErrProduction = errors.New("this client is for sandboxes only")

// checkBase refuses an address that cannot be a base URL, a vendor's production host, and a vendor's host without TLS.
func checkBase(field, base string) error {
	u, err := url.Parse(base)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil ||
		u.RawQuery != "" || u.Fragment != "" {
		return fmt.Errorf("flow: %s must be an address such as %s or http://127.0.0.1:7524", field, PlaidSandbox)
	}
	host := strings.TrimRight(strings.ToLower(u.Hostname()), ".")
	for _, v := range vendorDomains {
		if host != v.domain && !strings.HasSuffix(host, "."+v.domain) {
			continue
		}
		if !v.test(host) {
			return fmt.Errorf("flow: %s: host %s is refused: %w; use %s", field, host, ErrProduction, v.example)
		}
		if u.Scheme != "https" {
			return fmt.Errorf("flow: %s: %s must be called over https: the request carries the secret", field, host)
		}
	}
	return nil
}

// refuseLive refuses a token that names an environment other than the sandbox, such as access-production-....
func refuseLive(token string) error {
	for _, env := range []string{"production", "development"} {
		if kind, _, ok := strings.Cut(token, "-"+env+"-"); ok && kind != "" && !strings.ContainsAny(kind, " \t\r\n") {
			return fmt.Errorf("flow: the token %s is of Plaid's %s environment: %w", Shorten(token), env, ErrProduction)
		}
	}
	return nil
}

// Environment variables of the real sandboxes.
const (
	EnvPlaidClientID   = "PLAID_CLIENT_ID"
	EnvPlaidSecret     = "PLAID_SECRET"
	EnvPlaidBaseURL    = "PLAID_BASE_URL" // optional
	EnvPlaidEnv        = "PLAID_ENV"      // optional; only sandbox is accepted
	EnvSentinelBaseURL = "SENTINEL_BASE_URL"
	EnvApexUsername    = "APEX_USERNAME"
	EnvApexEntity      = "APEX_ENTITY"
	EnvApexSecret      = "APEX_SHARED_SECRET"
	EnvApexAccount     = "APEX_ACCOUNT"
)

// Sandbox returns the configuration of the real sandboxes out of environment variables, read through getenv (os.Getenv
// in a program). Without any APEX_ variable the Sentinel target is nil, and a run walks the Plaid half alone. The error
// names each variable that is missing, and wraps ErrProduction when something points at a live environment.
func Sandbox(getenv func(string) string) (Config, error) {
	cfg := Config{Name: "sandbox", Plaid: PlaidTarget{
		BaseURL:  first(getenv(EnvPlaidBaseURL), PlaidSandbox),
		ClientID: getenv(EnvPlaidClientID),
		Secret:   Secret(getenv(EnvPlaidSecret)),
	}}
	if err := live(getenv); err != nil {
		return Config{}, err
	}
	if missing := unset(getenv, EnvPlaidClientID, EnvPlaidSecret); len(missing) > 0 {
		return Config{}, fmt.Errorf("flow: the sandbox target needs %s in the environment; "+
			"Plaid shows them at https://dashboard.plaid.com/developers/keys", strings.Join(missing, " and "))
	}
	apex := []string{EnvApexUsername, EnvApexEntity, EnvApexSecret, EnvApexAccount}
	switch missing := unset(getenv, apex...); {
	case len(missing) == len(apex):
	case len(missing) > 0:
		return Config{}, fmt.Errorf("flow: the Sentinel half needs %s too: set all of %s, "+
			"or none to walk the Plaid half alone", strings.Join(missing, " and "), strings.Join(apex, ", "))
	default:
		cfg.Sentinel = &SentinelTarget{
			BaseURL:      first(getenv(EnvSentinelBaseURL), ApexUAT),
			Username:     getenv(EnvApexUsername),
			Entity:       getenv(EnvApexEntity),
			SharedSecret: Secret(getenv(EnvApexSecret)),
			Account:      getenv(EnvApexAccount),
			Simulate:     true,
		}
	}
	filled := cfg.withDefaults()
	if err := filled.check(); err != nil {
		return Config{}, err
	}
	return cfg, nil
}

// live refuses an environment that is set up for something else than the sandbox.
func live(getenv func(string) string) error {
	if env := getenv(EnvPlaidEnv); env != "" && !strings.EqualFold(env, "sandbox") {
		return fmt.Errorf("flow: %s is %q: %w; unset it or set it to sandbox", EnvPlaidEnv, oneLine(env), ErrProduction)
	}
	for _, name := range []string{
		EnvPlaidClientID, EnvPlaidSecret, "PLAID_ACCESS_TOKEN", "PLAID_PUBLIC_TOKEN", "PLAID_PROCESSOR_TOKEN",
	} {
		if err := refuseLive(getenv(name)); err != nil {
			return fmt.Errorf("%w (in %s)", err, name)
		}
	}
	return nil
}

func unset(getenv func(string) string, names ...string) []string {
	var missing []string
	for _, name := range names {
		if getenv(name) == "" {
			missing = append(missing, name)
		}
	}
	return missing
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

// Local returns the configuration of an emulator that serves Plaid and Sentinel at one address. The credentials are
// made up, in the vendors' formats; with a world they end in @world, which keeps runs apart.
func Local(baseURL, world string) Config {
	suffix := ""
	if world != "" {
		suffix = "@" + world
	}
	return Config{
		Name: "tweed",
		Plaid: PlaidTarget{
			BaseURL: baseURL, ClientID: "000000000000000000007eed" + suffix, Secret: "0000000000000000000000000000ed",
		},
		Sentinel: &SentinelTarget{
			BaseURL: baseURL, Username: "apex_api" + suffix, Entity: "correspondent.TWED",
			SharedSecret: "tweed-shared-secret", Account: "3TW05057", Simulate: true,
		},
	}
}
