package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/plaid/plaid-go/v41/plaid"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"tweed/emulator"
	"tweed/emulator/scenario"
	"tweed/fixtures"
)

// row is what the catalogue's file says of one error.
type row struct {
	Type    string            `yaml:"type"`
	Code    string            `yaml:"code"`
	Status  int               `yaml:"status"`
	Message string            `yaml:"message"`
	Example map[string]string `yaml:"example"`
	Display *string           `yaml:"display"`
	Doc     *string           `yaml:"doc"`
	Never   string            `yaml:"never"`
}

func (r row) key() string { return r.Type + "/" + r.Code }

// text is the message when a caller names no value for its parameters.
func (r row) text() string {
	text := r.Message
	for name, value := range r.Example {
		text = strings.ReplaceAll(text, "{"+name+"}", value)
	}
	return text
}

// catalogue reads the file that people correct, not what is compiled of it.
func catalogue(t *testing.T) (rows []row, documentation map[string]string) {
	t.Helper()
	text, err := fixtures.Files.ReadFile("errors.yaml")
	require.NoError(t, err)
	var file struct {
		Documentation map[string]string `yaml:"documentation"`
		Rows          []row             `yaml:"rows"`
	}
	require.NoError(t, yaml.Unmarshal(text, &file))
	return file.Rows, file.Documentation
}

// TestEveryRow: each error that can be an HTTP error, forced by a rule, by a header and by a control call, is for the
// SDK's ToPlaidError what its row says, in every column, and has an error's headers.
func TestEveryRow(t *testing.T) {
	t.Parallel()
	rows, documentation := catalogue(t)
	require.Len(t, rows, 187)
	emu := emulator.RunT(t)
	forced := 0
	for i, r := range rows {
		if r.Never != "" || r.Status == 0 {
			continue
		}
		forced++
		t.Run(strings.ReplaceAll(r.key(), "/", "."), func(t *testing.T) {
			t.Parallel()
			world := fmt.Sprintf("row-%d", i)
			token := newClient(t, emu.PlaidURL(), world).link().accessToken
			for door, force := range map[string]func(t *testing.T) []string{
				"rule": func(*testing.T) []string {
					emu.World(world).Rule(scenario.Rule{Call: "/item/get", Times: 1, Then: scenario.Error(r.key())})
					return nil
				},
				"header": func(*testing.T) []string { return []string{"Tweed-Error", r.key()} },
				"control": func(t *testing.T) []string {
					t.Helper()
					addRule(t, emu.URL(), world, r.key())
					return nil
				},
			} {
				c := newClient(t, emu.PlaidURL(), world, force(t)...)
				request := *plaid.NewItemGetRequest(token)
				_, response, err := c.ItemGet(t.Context()).ItemGetRequest(request).Execute()
				r.require(t, documentation[r.Type], response, err, door)
			}
			_, err := newClient(t, emu.PlaidURL(), world).item(token)
			require.NoError(t, err, "each acts once")
		})
	}
	require.Greater(t, forced, 150)
}

// addRule is the third door: the control API, as curl would use it.
func addRule(t *testing.T, url, world, code string) {
	t.Helper()
	body, err := json.Marshal(map[string]any{
		"call": "/item/get", "times": 1, "then": map[string]any{"error": code},
	})
	require.NoError(t, err)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost,
		url+"/_tweed/worlds/"+world+"/rules", bytes.NewReader(body))
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusOK, response.StatusCode)
}

// require compares what came with every column. The headers are those of recorded errors, which never have the four
// security headers of good answers (plaid-ruby VCR cassettes).
func (r row) require(t *testing.T, documentation string, response *http.Response, err error, door string) {
	t.Helper()
	require.Error(t, err, door)
	got, convertErr := plaid.ToPlaidError(err)
	require.NoError(t, convertErr, door)
	require.Equal(t, r.Status, response.StatusCode, door)
	require.Equal(t, r.Type, string(got.GetErrorType()), door)
	require.Equal(t, r.Code, got.GetErrorCode(), door)
	require.Equal(t, r.text(), got.GetErrorMessage(), door)
	require.Equal(t, r.Display, got.DisplayMessage.Get(), door)
	if r.Doc != nil {
		documentation = *r.Doc
	}
	require.Equal(t, documentation, got.GetDocumentationUrl(), door)
	require.Regexp(t, "^[0-9a-f]{15}$", got.GetRequestId(), door)

	require.Equal(t, "application/json; charset=utf-8", response.Header.Get("Content-Type"), door)
	require.Equal(t, "2020-09-14", response.Header.Get("Plaid-Version"), door)
	require.NotEmpty(t, response.Header.Get("Tweed-Rule"), door)
	for _, name := range []string{
		"Strict-Transport-Security", "X-Frame-Options", "X-Content-Type-Options", "X-Xss-Protection",
	} {
		require.Empty(t, response.Header.Values(name), door)
	}
}
