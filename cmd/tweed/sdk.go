package main

import (
	"fmt"
	"io"

	"tweed/cmd/tweed/flow"
)

// Variables that exec sets beside those of the reference client.
const (
	envPlaidAPIURI = "PLAID_API_URI" // what some applications call flow.EnvPlaidBaseURL
	envTweedURL    = "TWEED_URL"     // where the control API is
)

// sdk says how a client is pointed at an address.
type sdk struct {
	name  string
	line  string // with %s for the address
	quote string // what stands around an address that is written out
	env   string // the address out of the environment
}

var sdks = []sdk{
	{"go", "cfg.UseEnvironment(plaid.Environment(%s))", `"`, `os.Getenv("` + flow.EnvPlaidBaseURL + `")`},
	{"node", "new Configuration({basePath: %s, ...})", "'", "process.env." + flow.EnvPlaidBaseURL},
	{"python", "plaid.Configuration(host=%s, ...)", "'", `os.environ["` + flow.EnvPlaidBaseURL + `"]`},
	{"java", "apiClient.setPlaidAdapter(%s)", `"`, `System.getenv("` + flow.EnvPlaidBaseURL + `")`},
	{"sentinel", "%s in place of " + flow.ApexUAT, "", "$" + flow.EnvSentinelBaseURL},
}

// listSDKs prints a line for each client.
func listSDKs(w io.Writer, address func(sdk) string) {
	for _, s := range sdks {
		fmt.Fprintf(w, "  %-9s %s\n", s.name, fmt.Sprintf(s.line, address(s)))
	}
}
