module efl.dev/testbed/images

go 1.26.0
