// Package contract knows, for every operation of the emulated vendors, what it takes and what it answers.
//
// The base is plaid-go's OpenAPI file; newer fields, values and operations come from the typed interfaces of the npm
// package plaid; formats, refusals, Plaid's dropped operations and the whole of Apex's APIs are hand-written. All of it
// is merged by go generate into fixtures/contract/shapes.txt and examples.txt and the table of this package, and each
// operation is parsed when it is first used. To bring in a newer npm package, first run
//
//	go run ./emulator/internal/contract/gen/npm
package contract

import (
	"slices"
	"sync"

	contractdata "tweed/fixtures/contract"
)

//go:generate go run ./gen/openapi

// Op is one operation of a vendor: a method and a path.
type Op struct {
	// ID is the vendor's name of the operation (Plaid's operationId, e.g. itemPublicTokenExchange). Versions of one path
	// of Sentinel share an ID.
	ID string
	// Method is the HTTP method and Path the path, whose variable segments are written {name}.
	Method, Path string
	// Family says whose dialect the operation speaks: plaid, legacy (Plaid's old API), link (Link's own dialog), legit,
	// sentinel or ale.
	Family string
	// Media is the content type of a good answer, e.g. application/json or application/pdf; "" has no content.
	Media string
	// Source says where the operation is known from, e.g. "plaid-go v41.0.0".
	Source string
	// Made says where the example is from: "" the vendor's specification, "repaired" that with an overlay's changes,
	// "borrowed" another operation that answers with the same type, "made" the types of the answer.
	Made string
	// Dropped is the version of Plaid's API from which the operation is no more, e.g. "2020-09-14"; "" for none.
	Dropped string

	request, reply        string // names of types; "" when there is none
	exampleAt, exampleLen int

	loadRequest, loadReply sync.Once
	requestShape           *shape
	replyShape             *shape
}

// route is the key of an operation.
type route struct{ method, path string }

// routes finds operations by method and path.
var routes = sync.OnceValue(func() map[route]*Op {
	m := make(map[route]*Op, len(ops))
	for i := range ops {
		m[route{ops[i].Method, ops[i].Path}] = &ops[i]
	}
	return m
})

// Ops returns all operations of all families, sorted by path, then by method.
func Ops() []*Op {
	all := make([]*Op, len(ops))
	for i := range ops {
		all[i] = &ops[i]
	}
	return all
}

// Find returns the operation at a method and a path. A path with variable segments is found by its own text,
// e.g. "/fdx/recipient/{recipientId}"; resolving such a path is the router's task.
func Find(method, path string) (*Op, bool) {
	op, ok := routes()[route{method, path}]
	return op, ok
}

// EmptyPaths returns the paths that Plaid's specification names without an operation, sorted; Plaid answers NOT_FOUND.
// Source: plaid-go v41.0.0 api/openapi.yaml.
func EmptyPaths() []string { return slices.Clone(emptyPaths[:]) }

// FieldNames returns the names of the top-level request fields of all operations, sorted.
func FieldNames() []string { return slices.Clone(fieldNames[:]) }

// Field says whether a dotted name, e.g. "options.account_ids", is a request field of the operation. The members of a
// list's objects are named without an index, e.g. "transactions.amount".
func (o *Op) Field(name string) bool {
	s := o.shape()
	return s != nil && s.has(name)
}

// FieldIn says whether a name is a top-level request field of the operation in a version of Plaid's API.
func (o *Op) FieldIn(version, name string) bool {
	s := o.shape()
	if s == nil {
		return false
	}
	f := s.find(name)
	return f != nil && f.in(version)
}

// Example returns a good answer as compact JSON (see Made), or nil for an operation of another family than Plaid's and
// for one that does not answer JSON.
func (o *Op) Example() []byte {
	if o.exampleLen == 0 {
		return nil
	}
	return []byte(contractdata.Examples[o.exampleAt : o.exampleAt+o.exampleLen])
}

// shape returns the request's shape, or nil when the operation takes no body.
func (o *Op) shape() *shape {
	o.loadRequest.Do(func() { o.requestShape = load(o.request) })
	return o.requestShape
}

// answer returns the reply's shape, or nil when the operation does not answer JSON.
func (o *Op) answer() *shape {
	o.loadReply.Do(func() { o.replyShape = load(o.reply) })
	return o.replyShape
}
