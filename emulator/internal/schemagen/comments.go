package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
)

// comments are those of the types of a package and their fields, in the words of the
// language: a Go name that is a key is written as the key.
type comments struct {
	types map[string]string
	// fields are the comments of the keys of a type, by the names of the fields.
	fields map[string]map[string]string
	// keys are the keys of a type by the names of its fields.
	keys map[string]map[string]string
}

// read collects the comments of a folder's Go files. A field without one of its own
// shares that of the field above it.
func read(folder string) (*comments, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("no Go files in %q (%w)", folder, err)
	}
	c := &comments{
		types: map[string]string{}, fields: map[string]map[string]string{}, keys: map[string]map[string]string{},
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		for _, decl := range parsed.Decls {
			if types, ok := decl.(*ast.GenDecl); ok && types.Tok == token.TYPE {
				c.declaration(types)
			}
		}
	}
	return c, nil
}

func (c *comments) declaration(decl *ast.GenDecl) {
	for _, spec := range decl.Specs {
		typ, ok := spec.(*ast.TypeSpec)
		if !ok {
			continue
		}
		c.types[typ.Name.Name] = decl.Doc.Text()
		fields, ok := typ.Type.(*ast.StructType)
		if !ok {
			continue
		}
		texts, keys := map[string]string{}, map[string]string{}
		last := ""
		for _, field := range fields.Fields.List {
			if field.Doc != nil {
				last = field.Doc.Text()
			}
			for _, name := range field.Names {
				texts[name.Name] = last
				if key := keyOf(field); key != "" {
					keys[name.Name] = key
				}
			}
		}
		c.fields[typ.Name.Name], c.keys[typ.Name.Name] = texts, keys
	}
}

func keyOf(field *ast.Field) string {
	if field.Tag == nil {
		return ""
	}
	tag, err := strconv.Unquote(field.Tag.Value)
	if err != nil {
		return ""
	}
	return reflect.StructTag(tag).Get("yaml")
}

var (
	// qualified is a field with its type: Rule.Times.
	qualified = regexp.MustCompile(`\b([A-Z]\w*)\.([A-Z]\w*)\b`)
	// goName is a word that may be a field's; "Plaid Items" and "Plaid-Version" are not.
	goName = regexp.MustCompile(`Plaid [A-Z]\w*|(^|[ (])[A-Z]\w*\b`)
	// zero is what a comment says of Go's zero value: a file leaves the key out.
	zero = regexp.MustCompile(`(^|[.;] )(0|""|Empty|None|Zero) = `)
	// line is a line break within a paragraph.
	line = regexp.MustCompile(`([^\n])\n([^\n\t ])`)
)

// of is the comment of a field, or of a type where the field is "".
func (c *comments) of(typ, field string) string {
	text := c.types[typ]
	if field != "" {
		text = c.fields[typ][field]
	}
	text = line.ReplaceAllString(line.ReplaceAllString(strings.TrimSpace(text), "$1 $2"), "$1 $2")
	text = qualified.ReplaceAllStringFunc(text, func(name string) string {
		of, member, _ := strings.Cut(name, ".")
		if key := c.keys[of][member]; key != "" {
			return "`" + key + "`"
		}
		return name
	})
	if field != "" { // the comment of a type has words that begin like its fields
		text = goName.ReplaceAllStringFunc(text, func(found string) string {
			name := strings.TrimLeft(found, " (")
			if key := c.keys[typ][name]; key != "" {
				return strings.TrimSuffix(found, name) + "`" + key + "`"
			}
			return found
		})
	}
	return zero.ReplaceAllString(text, "${1}Without it: ")
}
