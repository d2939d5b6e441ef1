@main struct Sagflow { static func main() {} }
