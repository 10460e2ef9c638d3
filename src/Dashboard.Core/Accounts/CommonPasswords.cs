namespace Dashboard.Core.Accounts;

/// <summary>Common passwords that are long enough for <see cref="PasswordRules"/>. Published lists of common passwords consist almost
/// entirely of passwords shorter than 12 characters, which the minimum length rejects. What remains are doubled words, keyboard and
/// alphabet sequences, words followed by a year or a count, and the best-known passphrase.</summary>
static class CommonPasswords
{
    static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        // Words, alone and doubled.
        "administrator", "adminadminadmin", "administrator1", "passwordpassword", "passwordadmin", "adminpassword", "secretpassword", "mypassword123",
        "mypasswordis", "letmeinletmein", "letmeinplease", "welcomewelcome", "changemechangeme", "changeme1234", "changeme12345", "changeme123456",
        "changethispassword", "defaultpassword", "temporarypassword", "temppassword1", "thisismypassword", "thisisapassword", "thisisasecret",
        "iloveyouiloveyou", "iloveyou1234", "iloveyou12345", "iloveyou123456", "iloveyousomuch", "iloveyouforever", "sunshinesunshine", "princessprincess",
        "monkeymonkey", "dragondragon", "footballfootball", "footballforever", "supersecretpassword", "topsecretpassword", "masterpassword", "rootpassword",
        "rootrootroot", "testtesttest", "testpassword", "testpassword1", "guestguestguest", "useruseruser", "demodemodemo", "unbelievable", "mustangmustang",
        "manchesterunited", "liverpoolfc1", "liverpoolfootball", "michaeljordan", "slipknot666666", "jesuschrist1", "jesuslovesme", "trustnoone12",
        // Words followed by a count.
        "password1234", "password12345", "password123456", "password1234567", "password12345678", "password123456789", "password2023", "password2024",
        "password2025", "password2026", "password2027", "passw0rd1234", "passw0rd12345", "passw0rd123456", "p4ssw0rd1234", "passwort1234", "passwort12345",
        "welcome12345", "welcome123456", "welcome1234567", "admin1234567", "admin12345678", "admin123456789", "administrator123", "letmein12345",
        "letmein123456", "dragon123456", "monkey123456", "master123456", "football1234", "football12345", "baseball1234", "sunshine1234", "princess1234",
        "superman1234", "qwerty123456", "qwerty1234567", "qwerty12345678", "qwerty123456789", "qwerty1234567890", "abc123456789", "abc1234567890",
        "abcd12345678", "abcd123456789", "abcde1234567", "abcdef123456", "a1b2c3d4e5f6", "a1b2c3d4e5f6g7", "abc123abc123", "aa1234567890", "test12345678",
        // Sequences.
        "123456789012", "1234567890123", "12345678901234", "123456789012345", "1234567890123456", "12345678910111", "1234567891011", "123456789101112",
        "012345678910", "0123456789012", "01234567890123", "098765432109", "0987654321098", "987654321012", "9876543210987", "123123123123", "123412341234",
        "123456123456", "1234567812345678", "123456789123456789", "123456789123", "1234567890qwerty", "123456789qwerty", "12345678qwerty", "123456qwerty",
        "1234qwerasdf", "1234qwerasdfzxcv", "123qweasdzxc", "123qwe123qwe", "123321123321", "112233445566", "11223344556677", "112233112233", "102030405060",
        "147258369147", "147258369000", "159357159357", "741852963741", "789456123789", "789456123000", "abcdefghijkl", "abcdefghijklm", "abcdefghijklmn",
        "abcdefghijklmnop", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop12", "qwertyuiop123", "qwertyuiop1234", "qwertyuiop12345", "qwertyuiop123456",
        "qwertyuiop1234567890", "qwertyuiopasdf", "qwertyuiopasdfgh", "qwertyuiopasdfghjkl", "qwertyuiopasdfghjklzxcvbnm", "qwertyqwerty", "qwerty123qwerty",
        "qwertyasdfgh", "qwertyasdfghzxcvbn", "qwertzuiop123", "qwertzuiopasdf", "azertyuiop123", "azertyuiopqsdf", "asdfghjkl123", "asdfghjkl1234",
        "asdfghjklqwertyuiop", "asdfasdfasdf", "asdfghasdfgh", "asdfqwerzxcv", "qwerasdfzxcv", "qwerasdfzxcv1234", "zxcvbnmasdfghjkl", "zxcvbnmasdfghjklqwertyuiop",
        "zxcvbnmzxcvbnm", "zxcvbnm12345", "1q2w3e4r5t6y", "1q2w3e4r5t6y7u", "1q2w3e4r5t6y7u8i", "1q2w3e4r5t6y7u8i9o0p", "1q2w3e4r1q2w3e4r", "1qaz2wsx3edc",
        "1qaz2wsx3edc4rfv", "1qazxsw23edc", "1qazxsw23edcvfr4", "1qaz1qaz1qaz", "qazwsxedcrfv", "qazwsxedcrfvtgb", "qazwsxedc123", "qazwsxqazwsx", "zaq12wsxcde3",
        "zaq1xsw2cde3", "zaq1zaq1zaq1", "q1w2e3r4t5y6", "q1w2e3r4t5y6u7i8", "qweasdzxc123", "qweasdzxcqweasdzxc", "qweqweqweqwe",
        // From a well-known comic.
        "correcthorsebatterystaple",
    };

    /// <summary>Returns whether a password is common, ignoring case, spaces and punctuation.</summary>
    public static bool Contains(string password) =>
        Known.Contains(string.Concat(password.Where(char.IsLetterOrDigit)).ToLowerInvariant());
}
