package emulator

import (
	"fmt"
	"slices"
	"strings"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/catalogue"
	"tweed/emulator/internal/contract"
	"tweed/emulator/internal/plaid"
	"tweed/emulator/internal/sentinel"
)

// ErrorRow is one error that Tweed can answer with.
type ErrorRow struct {
	Family     string         `json:"family"` // plaid, legacy, legit, sentinel, tweed, nacha
	Key        string         `json:"key"`    // how a scenario names it: TYPE/CODE, or CODE where there are no types
	Type       string         `json:"error_type,omitempty"`
	Code       string         `json:"error_code"`
	Status     int            `json:"http_status,omitempty"` // 0 for a row that never is an HTTP error
	Message    string         `json:"error_message"`
	Display    *string        `json:"display_message"`
	DocURL     string         `json:"documentation_url,omitempty"`
	Confidence string         `json:"confidence"` // documented, observed, assumed
	Source     string         `json:"source"`
	Trigger    string         `json:"trigger,omitempty"` // how the vendor's sandbox gives it
	Never      string         `json:"never,omitempty"`   // why it never is an HTTP error
	Variants   []ErrorVariant `json:"variants,omitempty"`
	Nacha      *NachaCode     `json:"nacha,omitempty"` // of a return or change code of the ACH network
}

// ErrorVariant is a further text of an error.
type ErrorVariant struct {
	Name    string `json:"name"`
	Message string `json:"error_message"`
	When    string `json:"when"`
}

// Errors returns the rows that a name means: CODE or TYPE/CODE of any family, a Nacha code
// such as R01, all rows for an empty name. An unknown name is an error that gives the nearest right one.
func Errors(name string) ([]ErrorRow, error) {
	if rows, ok, err := nachaError(name); ok {
		return rows, err
	}
	var out []ErrorRow
	for _, row := range catalogue.All() {
		if name != "" && !strings.EqualFold(name, row.Code) && !strings.EqualFold(name, row.Key()) &&
			!strings.EqualFold(name, row.Type) {
			continue
		}
		out = append(out, errorRow(row))
	}
	if name == "" {
		out = append(out, nachaRows()...)
	}
	if len(out) > 0 {
		return out, nil
	}
	if near := catalogue.Nearest(strings.ToUpper(name)); near != "" {
		return nil, fmt.Errorf("there is no error %q; did you mean %s?", name, near)
	}
	return nil, fmt.Errorf("there is no error %q; \"tweed errors\" lists all", name)
}

func errorRow(row *catalogue.Row) ErrorRow {
	out := ErrorRow{
		Family: row.Family, Key: row.Key(), Type: row.Type, Code: row.Code, Status: row.Status, Message: row.Message,
		Display: row.Display, DocURL: row.New().DocURL(), Confidence: row.Confidence, Source: row.Source,
		Trigger: row.Trigger, Never: row.Never,
	}
	for _, v := range row.Variants {
		out.Variants = append(out.Variants, ErrorVariant{Name: v.Name, Message: v.Message, When: v.When})
	}
	return out
}

// Route is one operation of a vendor and how deep Tweed goes in it.
type Route struct {
	Family    string `json:"family"`
	Method    string `json:"method"`
	Path      string `json:"path"`
	Operation string `json:"operation"`
	Depth     string `json:"depth"` // stateful, shaped, none
	// Source says where the operation is known from; for one whose answer is an example that its source does not have
	// as it is, also where the example is from.
	Source string `json:"source"`
	// Dropped is the version of Plaid's API from which the operation is no more.
	Dropped string `json:"dropped,omitempty"`
	// Meets are the errors that are met first there, by type or by key (see ErrorRow); empty where
	// all of the vendor's errors are met alike.
	Meets []string `json:"meets"`
}

// Routes returns all operations, those of one vendor together, by path.
func Routes() []Route {
	var out []Route
	depths := map[string]api.Depth{}
	for _, op := range slices.Concat(plaid.Operations(), sentinel.Operations()) {
		depths[op.Method+" "+op.Path] = op.Depth
	}
	for _, op := range contract.Ops() {
		depth, ok := depths[op.Method+" "+op.Path]
		if !ok {
			depth = api.None
		}
		out = append(out, Route{
			Family: op.Family, Method: op.Method, Path: op.Path, Operation: op.ID, Depth: string(depth),
			Source: sourceOf(op, depth), Dropped: op.Dropped,
			Meets: meetsOf(op),
		})
	}
	slices.SortStableFunc(out, func(a, b Route) int { return strings.Compare(a.Family, b.Family) })
	return out
}

// sourceOf is where an operation is known from.
func sourceOf(op *contract.Op, depth api.Depth) string {
	from := map[string]string{
		"repaired": "example repaired", "borrowed": "example of an operation that answers with the same type",
		"made": "example made of its types",
	}[op.Made]
	if depth != api.Shaped || from == "" {
		return op.Source
	}
	return op.Source + "; " + from
}

// Assumption is something about a vendor that is not public and that Tweed had to choose.
type Assumption struct {
	Name     string `json:"name"`
	What     string `json:"what"`
	Default  string `json:"default"`
	Settles  string `json:"settles"`  // what would settle it
	Settable bool   `json:"settable"` // by a scenario's "assume"
}

// Assumptions returns what Tweed assumes about Sentinel.
func Assumptions() []Assumption {
	var out []Assumption
	for _, a := range sentinel.Assumptions() {
		out = append(out, Assumption{
			Name: a.Name, What: a.What, Default: a.Default, Settles: a.WouldSettle, Settable: a.Settable,
		})
	}
	return out
}
