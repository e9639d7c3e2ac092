package sentinel

import (
	"slices"
	"strings"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/catalogue"
	"tweed/emulator/internal/contract"
)

// Operations lists the operations of Legit, Sentinel and ALE, by path, then by method. Those that are not built yet
// have no Run.
func Operations() []*api.Op {
	return slices.Concat(aleOperations(), legitOperations(), sentinelOperations())
}

func legitOperations() []*api.Op { return operationsOf(catalogue.Legit, legitRuns) }

func sentinelOperations() []*api.Op { return operationsOf(catalogue.Sentinel, sentinelRuns) }

// operationsOf makes the operations of a family out of the contract. Versions of one path share an id and so a run.
func operationsOf(family string, runs map[string]func(*api.Call) (any, error)) []*api.Op {
	var out []*api.Op
	for _, op := range contract.Ops() {
		if op.Family != family {
			continue
		}
		depth := api.None
		if runs[op.ID] != nil {
			depth = api.Stateful
		}
		out = append(out, &api.Op{ID: op.ID, Method: op.Method, Path: op.Path, Depth: depth, Run: runs[op.ID]})
	}
	return out
}

// routes finds operations by the segments of a path.
type routes struct {
	byLength map[int][]route // by the number of segments
	none     *catalogue.Row  // no such path
	method   *catalogue.Row  // the path takes another method
}

type route struct {
	op       *api.Op
	segments []string
}

func newRoutes(ops []*api.Op, none, method *catalogue.Row) *routes {
	r := &routes{byLength: map[int][]route{}, none: none, method: method}
	for _, op := range ops {
		one := route{op: op, segments: split(op.Path)}
		r.byLength[len(one.segments)] = append(r.byLength[len(one.segments)], one)
	}
	return r
}

// split leaves empty segments out: klane67/apex_clearing sends double slashes.
func split(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
}

// find is a family's Route. Of two operations that match, the one whose path varies less wins, whatever their order.
// Errors: the rows of the family for a path that is none, and for a method that the path does not take.
func (r *routes) find(method, path string) (*api.Op, map[string]string, error) {
	segments := split(path)
	var best *api.Op
	var params map[string]string
	known := false
	for _, candidate := range r.byLength[len(segments)] {
		values, ok := candidate.match(segments)
		known = known || ok
		if !ok || candidate.op.Method != method || best != nil && len(values) >= len(params) {
			continue
		}
		best, params = candidate.op, values
	}
	switch {
	case best != nil:
		return best, params, nil
	case known:
		return nil, nil, r.method.New("method", method)
	}
	return nil, nil, r.none.New()
}

func (r route) match(segments []string) (map[string]string, bool) {
	var values map[string]string
	for i, wanted := range r.segments {
		name, varies := strings.CutPrefix(wanted, "{")
		switch {
		case varies:
			if values == nil {
				values = map[string]string{}
			}
			values[strings.TrimSuffix(name, "}")] = segments[i]
		case wanted != segments[i]:
			return nil, false
		}
	}
	return values, true
}
