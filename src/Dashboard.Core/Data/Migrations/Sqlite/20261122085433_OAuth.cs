using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Dashboard.Core.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class OAuth : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "OAuthApprovals",
                columns: table => new
                {
                    Id = table.Column<string>(type: "TEXT", unicode: false, maxLength: 64, nullable: false),
                    ClientId = table.Column<string>(type: "TEXT", unicode: false, maxLength: 64, nullable: false),
                    UserId = table.Column<string>(type: "TEXT", nullable: false),
                    OrganizationId = table.Column<long>(type: "INTEGER", nullable: false),
                    Scope = table.Column<string>(type: "TEXT", unicode: false, maxLength: 1000, nullable: false),
                    Resource = table.Column<string>(type: "TEXT", unicode: false, maxLength: 500, nullable: true),
                    ApprovedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    ExpiresAt = table.Column<long>(type: "INTEGER", nullable: false),
                    EndedAt = table.Column<long>(type: "INTEGER", nullable: true),
                    LastUsedAt = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_OAuthApprovals", x => x.Id);
                    table.ForeignKey(
                        name: "FK_OAuthApprovals_AspNetUsers_UserId",
                        column: x => x.UserId,
                        principalTable: "AspNetUsers",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_OAuthApprovals_Organizations_OrganizationId",
                        column: x => x.OrganizationId,
                        principalTable: "Organizations",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "OAuthClients",
                columns: table => new
                {
                    ClientId = table.Column<string>(type: "TEXT", unicode: false, maxLength: 64, nullable: false),
                    Name = table.Column<string>(type: "TEXT", maxLength: 200, nullable: false),
                    SecretHash = table.Column<byte[]>(type: "BLOB", fixedLength: true, maxLength: 32, nullable: true),
                    AuthMethod = table.Column<string>(type: "TEXT", unicode: false, maxLength: 32, nullable: false),
                    RedirectUris = table.Column<string>(type: "TEXT", unicode: false, maxLength: 5010, nullable: false),
                    GrantTypes = table.Column<string>(type: "TEXT", unicode: false, maxLength: 200, nullable: false),
                    Scope = table.Column<string>(type: "TEXT", unicode: false, maxLength: 1000, nullable: false),
                    ClientUri = table.Column<string>(type: "TEXT", unicode: false, maxLength: 500, nullable: true),
                    CreatedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    ApprovedAt = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_OAuthClients", x => x.ClientId);
                });

            migrationBuilder.CreateTable(
                name: "OAuthCodes",
                columns: table => new
                {
                    CodeHash = table.Column<byte[]>(type: "BLOB", fixedLength: true, maxLength: 32, nullable: false),
                    ClientId = table.Column<string>(type: "TEXT", unicode: false, maxLength: 64, nullable: false),
                    UserId = table.Column<string>(type: "TEXT", unicode: false, maxLength: 64, nullable: false),
                    OrganizationId = table.Column<long>(type: "INTEGER", nullable: false),
                    Scope = table.Column<string>(type: "TEXT", unicode: false, maxLength: 1000, nullable: false),
                    Resource = table.Column<string>(type: "TEXT", unicode: false, maxLength: 500, nullable: true),
                    RedirectUri = table.Column<string>(type: "TEXT", unicode: false, maxLength: 500, nullable: false),
                    NamedRedirectUri = table.Column<bool>(type: "INTEGER", nullable: false),
                    CodeChallenge = table.Column<string>(type: "TEXT", unicode: false, maxLength: 64, nullable: false),
                    ApprovedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    ExpiresAt = table.Column<long>(type: "INTEGER", nullable: false),
                    ApprovalId = table.Column<string>(type: "TEXT", unicode: false, maxLength: 64, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_OAuthCodes", x => x.CodeHash);
                });

            migrationBuilder.CreateTable(
                name: "OAuthDeviceCodes",
                columns: table => new
                {
                    CodeHash = table.Column<byte[]>(type: "BLOB", fixedLength: true, maxLength: 32, nullable: false),
                    UserCodeHash = table.Column<byte[]>(type: "BLOB", fixedLength: true, maxLength: 32, nullable: false),
                    ClientId = table.Column<string>(type: "TEXT", unicode: false, maxLength: 64, nullable: false),
                    Scope = table.Column<string>(type: "TEXT", unicode: false, maxLength: 1000, nullable: false),
                    Resource = table.Column<string>(type: "TEXT", unicode: false, maxLength: 500, nullable: true),
                    CreatedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    ExpiresAt = table.Column<long>(type: "INTEGER", nullable: false),
                    Address = table.Column<string>(type: "TEXT", unicode: false, maxLength: 64, nullable: true),
                    UserAgent = table.Column<string>(type: "TEXT", maxLength: 200, nullable: false),
                    IntervalSeconds = table.Column<int>(type: "INTEGER", nullable: false),
                    PolledAt = table.Column<long>(type: "INTEGER", nullable: true),
                    State = table.Column<int>(type: "INTEGER", nullable: false),
                    UserId = table.Column<string>(type: "TEXT", unicode: false, maxLength: 64, nullable: true),
                    OrganizationId = table.Column<long>(type: "INTEGER", nullable: true),
                    DecidedAt = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_OAuthDeviceCodes", x => x.CodeHash);
                });

            migrationBuilder.CreateTable(
                name: "OAuthSigningKeys",
                columns: table => new
                {
                    Kid = table.Column<string>(type: "TEXT", unicode: false, maxLength: 64, nullable: false),
                    X = table.Column<string>(type: "TEXT", unicode: false, maxLength: 64, nullable: false),
                    Y = table.Column<string>(type: "TEXT", unicode: false, maxLength: 64, nullable: false),
                    ProtectedKey = table.Column<string>(type: "TEXT", nullable: false),
                    CreatedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    SignsFrom = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_OAuthSigningKeys", x => x.Kid);
                });

            migrationBuilder.CreateTable(
                name: "OAuthAccessTokens",
                columns: table => new
                {
                    Jti = table.Column<string>(type: "TEXT", unicode: false, maxLength: 64, nullable: false),
                    ClientId = table.Column<string>(type: "TEXT", unicode: false, maxLength: 64, nullable: false),
                    ApprovalId = table.Column<string>(type: "TEXT", nullable: true),
                    OwnerType = table.Column<string>(type: "TEXT", unicode: false, maxLength: 16, nullable: false),
                    OwnerId = table.Column<string>(type: "TEXT", unicode: false, maxLength: 64, nullable: false),
                    OrganizationId = table.Column<long>(type: "INTEGER", nullable: false),
                    Scope = table.Column<string>(type: "TEXT", unicode: false, maxLength: 1000, nullable: false),
                    Resource = table.Column<string>(type: "TEXT", unicode: false, maxLength: 500, nullable: true),
                    IssuedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    ExpiresAt = table.Column<long>(type: "INTEGER", nullable: false),
                    RevokedAt = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_OAuthAccessTokens", x => x.Jti);
                    table.ForeignKey(
                        name: "FK_OAuthAccessTokens_OAuthApprovals_ApprovalId",
                        column: x => x.ApprovalId,
                        principalTable: "OAuthApprovals",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "OAuthRefreshTokens",
                columns: table => new
                {
                    TokenHash = table.Column<byte[]>(type: "BLOB", fixedLength: true, maxLength: 32, nullable: false),
                    ApprovalId = table.Column<string>(type: "TEXT", nullable: false),
                    CreatedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    ExpiresAt = table.Column<long>(type: "INTEGER", nullable: false),
                    UsedAt = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_OAuthRefreshTokens", x => x.TokenHash);
                    table.ForeignKey(
                        name: "FK_OAuthRefreshTokens_OAuthApprovals_ApprovalId",
                        column: x => x.ApprovalId,
                        principalTable: "OAuthApprovals",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "IX_OAuthAccessTokens_ApprovalId",
                table: "OAuthAccessTokens",
                column: "ApprovalId");

            migrationBuilder.CreateIndex(
                name: "IX_OAuthAccessTokens_ExpiresAt",
                table: "OAuthAccessTokens",
                column: "ExpiresAt");

            migrationBuilder.CreateIndex(
                name: "IX_OAuthApprovals_ExpiresAt",
                table: "OAuthApprovals",
                column: "ExpiresAt");

            migrationBuilder.CreateIndex(
                name: "IX_OAuthApprovals_OrganizationId_ApprovedAt_Id",
                table: "OAuthApprovals",
                columns: new[] { "OrganizationId", "ApprovedAt", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_OAuthApprovals_UserId_ApprovedAt_Id",
                table: "OAuthApprovals",
                columns: new[] { "UserId", "ApprovedAt", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_OAuthClients_ApprovedAt_CreatedAt",
                table: "OAuthClients",
                columns: new[] { "ApprovedAt", "CreatedAt" });

            migrationBuilder.CreateIndex(
                name: "IX_OAuthCodes_ExpiresAt",
                table: "OAuthCodes",
                column: "ExpiresAt");

            migrationBuilder.CreateIndex(
                name: "IX_OAuthDeviceCodes_ExpiresAt",
                table: "OAuthDeviceCodes",
                column: "ExpiresAt");

            migrationBuilder.CreateIndex(
                name: "IX_OAuthDeviceCodes_UserCodeHash",
                table: "OAuthDeviceCodes",
                column: "UserCodeHash",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_OAuthRefreshTokens_ApprovalId",
                table: "OAuthRefreshTokens",
                column: "ApprovalId");

            migrationBuilder.CreateIndex(
                name: "IX_OAuthRefreshTokens_ExpiresAt",
                table: "OAuthRefreshTokens",
                column: "ExpiresAt");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "OAuthAccessTokens");

            migrationBuilder.DropTable(
                name: "OAuthClients");

            migrationBuilder.DropTable(
                name: "OAuthCodes");

            migrationBuilder.DropTable(
                name: "OAuthDeviceCodes");

            migrationBuilder.DropTable(
                name: "OAuthRefreshTokens");

            migrationBuilder.DropTable(
                name: "OAuthSigningKeys");

            migrationBuilder.DropTable(
                name: "OAuthApprovals");
        }
    }
}
