package catalogue_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"tweed/emulator/internal/catalogue"
)

// reference is testdata/plaid_errors.yaml: the facts as they were gathered, before they were made into rows.
type reference struct {
	Type       string  `yaml:"error_type"`
	Code       string  `yaml:"error_code"`
	Status     *int    `yaml:"http_status"`
	Raw        *string `yaml:"error_message"`
	Display    *string `yaml:"display_message"`
	Confidence string
	Trigger    string `yaml:"sandbox_trigger"`
	DocURL     string `yaml:"documentation_url"`
	Variants   []struct {
		Message string `yaml:"error_message"`
		When    string
	}
}

func references(t *testing.T) []reference {
	t.Helper()
	data, err := os.ReadFile("testdata/plaid_errors.yaml")
	require.NoError(t, err)
	var out []reference
	require.NoError(t, yaml.Unmarshal(data, &out))
	return out
}

// templates are the reference's own placeholders, by key, in our parameters: a row filled with them gives the
// reference's text.
var templates = map[string][]string{
	"ITEM_ERROR/PRODUCTS_NOT_SUPPORTED":              {"products", `["{product}"]`},
	"INVALID_REQUEST/INCOMPATIBLE_API_VERSION":       {"version", "{version-date}"},
	"INVALID_REQUEST/NO_LONGER_AVAILABLE":            {"version", "{version-date}"},
	"INVALID_REQUEST/MISSING_FIELDS":                 {"fields", "{fields}"},
	"INVALID_REQUEST/UNKNOWN_FIELDS":                 {"fields", "{fields}"},
	"INVALID_REQUEST/SANDBOX_ONLY":                   {"route", "{api/route}"},
	"SANDBOX_ERROR/SANDBOX_PRODUCT_NOT_ENABLED":      {"product", "[auth | transactions | ...]"},
	"TRANSFER_ERROR/TRANSFER_NETWORK_LIMIT_EXCEEDED": {"network", "[network]", "amount", "[amount]"},
	"INVALID_REQUEST/INVALID_FIELD": {
		"text", "{{ error message is specific to the given / missing request field }}",
	},
	"INVALID_REQUEST/INVALID_HEADERS": {
		"text", "{{ error message is specific to the given / missing header }}",
	},
}

func TestReference(t *testing.T) {
	t.Parallel()
	var ours []*catalogue.Row
	for _, r := range catalogue.All() {
		if r.Family == catalogue.Plaid {
			ours = append(ours, r)
		}
	}
	want := references(t)
	require.Len(t, want, 187)
	require.Len(t, ours, 187)
	variants := 0
	for i, ref := range want {
		row := ours[i]
		met := slices.DeleteFunc(slices.Clone(row.Variants), func(v catalogue.Variant) bool {
			return strings.HasPrefix(v.Source, "as observed for ") // made after those of another token
		})
		variants += len(met)
		t.Run(ref.Type+"/"+ref.Code, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, ref.Type+"/"+ref.Code, row.Key(), "in the reference's order")
			checkRow(t, ref, row)
			require.Len(t, met, len(ref.Variants))
			for j, v := range ref.Variants {
				e := row.Variant(met[j].Name)
				require.Equal(t, v.Message, e.Message, "the examples give the text that was met")
			}
		})
	}
	require.Equal(t, 42, variants)
}

func checkRow(t *testing.T, ref reference, row *catalogue.Row) {
	t.Helper()
	if ref.Status == nil {
		require.Zero(t, row.Status)
	} else {
		require.Equal(t, *ref.Status, row.Status)
	}
	require.Equal(t, ref.Display, row.Display)
	require.Equal(t, ref.Trigger, row.Trigger)
	confidence := map[string]string{
		"observed": "observed", "docs": "documented", "code-only": "assumed", "retired": "documented",
	}[ref.Confidence]
	require.Equal(t, confidence, row.Confidence)
	if ref.Raw == nil {
		require.True(t, row.Neutral, "a text that is not public is marked")
		require.NotEmpty(t, row.Message)
	} else {
		require.Equal(t, *ref.Raw, row.New(templates[row.Key()]...).Message)
	}
	never := ref.Confidence == "retired" || ref.Status == nil || *ref.Status == 208
	require.Equal(t, never, row.Never != "", "never: %q", row.Never)
	switch row.Key() {
	case "INVALID_INPUT/INVALID_PROCESSOR", "INVALID_REQUEST/NO_LONGER_AVAILABLE":
		require.Empty(t, row.DocURL, "observed without documentation_url")
	default:
		if ref.DocURL != "" {
			require.Equal(t, ref.DocURL, row.DocURL)
		}
		require.Regexp(t, `^https://plaid\.com/docs/(\?ref=error#[a-z-]+-errors|errors/item/#[a-z_]+)$`, row.DocURL)
	}
}
